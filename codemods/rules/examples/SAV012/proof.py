from tensorflow import keras
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer='ones')])
x = np.array([[1.0, 2.0]], 'float32')
model.compile('sgd', loss='mse')
model.fit(x, x[:, :1], verbose=0)
model.save('m.h5')
again = keras.models.load_model('m.h5')
result = [again.predict(x, verbose=0), again.evaluate(x, x[:, :1], verbose=0)]
