from tensorflow import keras
result = str(keras.layers.Dense(4)._compute_dtype)
