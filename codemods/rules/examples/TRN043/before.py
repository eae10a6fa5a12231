from tensorflow import keras

model = keras.Sequential([keras.layers.Dense(1)])
model.compile("adam", "mse", metrics=["mae"])
model.trainable = False
model.compile(model.optimizer, model.loss, metrics=model.metrics)
