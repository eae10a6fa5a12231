from tensorflow import keras
opt = keras.optimizers.legacy.Adam(0.1)
x, y = np.ones((4, 1), 'float32'), np.zeros((4, 1), 'float32')
model = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones', use_bias=False)])
model.compile(opt, 'mse')
model.fit(x, y, epochs=3, verbose=0)
result = model.get_weights()
