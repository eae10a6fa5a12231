from tensorflow import keras

model = keras.Sequential([keras.layers.Dense(1)])
y = model(x).numpy()
