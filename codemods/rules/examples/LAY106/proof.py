from tensorflow import keras
x, y = np.array([[3.0, 4.0]], 'float32'), np.array([[1.0, 1.0]], 'float32')
result = np.array(keras.layers.dot([x, y], axes=1, normalize=True))
