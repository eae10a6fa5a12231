from tensorflow import keras
model = keras.Sequential([keras.layers.Dense(2, kernel_initializer='ones')])
model._make_predict_function()
result = model.predict(np.ones((1, 3), 'float32'), verbose=0)
