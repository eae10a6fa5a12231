from tensorflow import keras
x = keras.Input((2,))
a = keras.layers.Dense(1, name='a', kernel_initializer='ones')(x)
b = keras.layers.Dense(1, name='b', kernel_initializer='zeros')(x)
model = keras.Model(x, [a, b])
model.compile('sgd', loss='mse', loss_weights=[2.0, 1.0])
history = model.fit(np.ones((4, 2)), [np.ones((4, 1)), np.ones((4, 1))], verbose=0)
result = {key: values[0] for key, values in history.history.items()}
