import keras
hook = keras.callbacks.LambdaCallback(on_train_batch_end=print)
