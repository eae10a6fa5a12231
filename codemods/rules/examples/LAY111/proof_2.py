from tensorflow import keras
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name='last')])
result = model.output_names
