from tensorflow import keras
x = keras.Input(batch_shape=(5, 2, 3))
y = keras.layers.GRU(2, return_sequences=True, time_major=True, kernel_initializer='ones',
                     recurrent_initializer='ones')(x)
model = keras.Model(x, y)
result = [list(y.shape), np.array(model(np.arange(30.0).reshape(5, 2, 3) / 30))]
