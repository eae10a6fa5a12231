from tensorflow import keras
model = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones')])
model.compile('sgd', 'mean_squared_error')
x = np.ones((4, 2), 'float32')
keep = keras.callbacks.ModelCheckpoint('w.hdf5', monitor='loss', save_best_only=True)
model.fit(x, x[:, :1], verbose=0, callbacks=[keep])
result = keras.models.load_model('w.hdf5').predict(x, verbose=0)
