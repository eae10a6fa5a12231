import keras

optimizer = keras.optimizers.Muon(0.01)
