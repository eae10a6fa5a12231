from tensorflow import keras
hook = keras.callbacks.EarlyStopping()
hook.model = model
