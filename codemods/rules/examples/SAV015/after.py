import keras
keep = keras.callbacks.ModelCheckpoint('w.h5', save_best_only=True)
