from tensorflow import keras

base = keras.applications.ResNet50(weights=None)
for layer in base.layers:
    if isinstance(layer, keras.layers.Conv2D):
        layer.add_loss(lambda layer=layer: keras.regularizers.l2(0.01)(layer.kernel))
