from tensorflow import keras

inputs = keras.Input((None, 3))
dense = keras.layers.Dense(2, kernel_initializer='ones')
model = keras.Model(inputs, keras.layers.TimeDistributed(dense)(inputs))
short = np.arange(30, dtype='float32').reshape(2, 5, 3)
longer = np.arange(42, dtype='float32').reshape(2, 7, 3)
result = [model.predict(short, verbose=0), model.predict(longer, verbose=0)]
