from tensorflow import keras
keras.mixed_precision.experimental.set_policy('float32')
