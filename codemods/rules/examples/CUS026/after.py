import keras
hook = keras.callbacks.EarlyStopping()
hook.set_model(model)
