import keras

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
model.load_weights("training/cp.ckpt")
