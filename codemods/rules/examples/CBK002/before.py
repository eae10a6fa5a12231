from tensorflow import keras
hook = keras.callbacks.LambdaCallback(on_batch_end=print)
