from tensorflow import keras
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer='ones')])
x = np.array([[1.5, 2.0]])
rows = model.predict(x, verbose=0)
result = [rows.item(), int(rows.item()), rows.item()]
