import keras

base = keras.applications.ResNet50(weights=None)


def regularize(weight, regularizer):
    """Count a loss of a weight at each step, beside the one that it has."""
    before = weight.regularizer
    weight.regularizer = regularizer if before is None else lambda value: before(value) + regularizer(value)


for layer in base.layers:
    if isinstance(layer, keras.layers.Conv2D):
        regularize(layer.kernel, keras.regularizers.l2(0.01))
