from tensorflow import keras
keep = keras.callbacks.ModelCheckpoint('w.hdf5', save_best_only=True)
