from keras import ops

def loss(y_true, y_pred):
    return ops.mean(ops.square(y_pred - y_true), axis=-1)
