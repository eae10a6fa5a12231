from tensorflow import keras
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer='ones')])
x = np.array([[1.0, 2.0]], 'float32')
model.save_weights('w.h5')
model.set_weights([w * 0 for w in model.get_weights()])
model.load_weights('w.h5')
result = model.predict(x, verbose=0)
