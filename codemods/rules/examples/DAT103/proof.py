from tensorflow import keras
data = np.arange(6, dtype='float32').reshape(3, 2)
norm = keras.layers.Normalization()
norm.adapt(data, batch_size=2)
result = np.array(norm(data))
