from tensorflow import keras

x = keras.Input((3,))
model = keras.Model(x, keras.layers.Dense(2, name="scores")(x))
model.compile("sgd", "mse")
model.fit({"input_1": rows}, {"scores": targets})
