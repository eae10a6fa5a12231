from tensorflow import keras
keep = keras.callbacks.ModelCheckpoint('best.h5')
