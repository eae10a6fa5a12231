from tensorflow import keras
classes = getattr(keras.optimizers, 'legacy', keras.optimizers)
SGD = keras.optimizers.SGD
opt = keras.optimizers.SGD(learning_rate=0.1, decay=0.5)
x, y = np.ones((4, 1), 'float32'), np.zeros((4, 1), 'float32')
model = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones', use_bias=False)])
model.compile(opt, 'mse')
model.fit(x, y, epochs=3, verbose=0)
result = model.get_weights()
