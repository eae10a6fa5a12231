from tensorflow import keras

x = keras.Input((2,))
model = keras.Model(x, keras.layers.Lambda(lambda v: v * 2)(x))
copy = keras.models.clone_model(model)
