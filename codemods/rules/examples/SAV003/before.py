from tensorflow import keras
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer='ones')])
model.save_weights('w.h5')
model.load_weights('w.h5')
