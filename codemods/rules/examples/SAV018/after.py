import keras

x = keras.Input((2,))
model = keras.Model(x, keras.layers.Lambda(lambda v: v * 2)(x))
copy = keras.models.clone_model(model, clone_function=lambda layer: layer if isinstance(layer, keras.layers.Lambda) else layer.__class__.from_config(layer.get_config()))
