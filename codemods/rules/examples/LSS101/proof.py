from tensorflow import keras
y, p = np.array([[0.0], [1.0]], 'float32'), np.array([[0.2], [0.6]], 'float32')
loss = keras.losses.MeanSquaredError(reduction=keras.losses.Reduction.NONE)
total = keras.losses.MeanSquaredError(reduction=keras.losses.Reduction.SUM)
result = [np.array(loss(y, p)), np.array(total(y, p))]
