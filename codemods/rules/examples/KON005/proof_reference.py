result = [np.array([[1, 1, 0, 0]], 'float32'), np.array([[1, 1]], 'float32')]
