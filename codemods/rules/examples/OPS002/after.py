import keras

def loss(y_true, y_pred):
    rows = keras.ops.take(y_pred, [0, 1], axis=0)
    a, b = keras.ops.split(y_pred, [1], axis=1)
    return keras.ops.argmax(rows, axis=0), keras.ops.copy(b), keras.ops.gelu(a, approximate=False)
