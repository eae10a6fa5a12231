import keras

stop = keras.callbacks.EarlyStopping(monitor="val_left_loss", patience=3, mode="min")
