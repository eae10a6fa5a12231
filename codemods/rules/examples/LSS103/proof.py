from tensorflow import keras
y, p = np.array([[0.0], [1.0]], 'float32'), np.array([[0.2], [0.6]], 'float32')
result = np.array(keras.metrics.binary_accuracy(y, p))
