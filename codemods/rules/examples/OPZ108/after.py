import keras
keras.mixed_precision.set_global_policy('float32')
