from tensorflow import keras
keras.mixed_precision.experimental.set_policy('float32')
result = keras.layers.Dense(1).compute_dtype
