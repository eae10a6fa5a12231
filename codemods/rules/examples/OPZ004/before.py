from tensorflow import keras
opt = keras.optimizers.Adam(1e-3, adaptive_epsilon=True)
