from tensorflow import keras

keras.backend.clear_session()
x = keras.Input((3,))
model = keras.Model(x, keras.layers.Dense(2, name='scores', kernel_initializer='ones')(x))
model.compile(keras.optimizers.SGD(0.1), 'mse')
rows, targets = np.arange(12.0).reshape(4, 3), np.ones((4, 2))
history = model.fit({'input_1': rows}, {'scores': targets}, epochs=2, verbose=0)
result = [history.history['loss'], model.predict({'input_1': rows}, verbose=0)]
