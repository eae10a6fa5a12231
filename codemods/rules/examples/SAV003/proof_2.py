from tensorflow import keras
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer='ones')])
x = np.array([[1.0, 2.0]], 'float32')
model.compile('sgd', 'mse')
hook = keras.callbacks.ModelCheckpoint('best.h5', save_weights_only=True)
model.fit(x, x[:, :1], verbose=0, callbacks=[hook])
result = len(os.listdir('.'))
