from tensorflow import keras
hook = keras.callbacks.ModelCheckpoint('a.keras', period=5)
