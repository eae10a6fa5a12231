import keras

def loss(y_true, y_pred):
    return keras.ops.stack(keras.ops.nonzero(y_true), axis=-1)
