from tensorflow import keras
hook = keras.callbacks.TensorBoard('logs', write_grads=True)
