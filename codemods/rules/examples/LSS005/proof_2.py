from tensorflow import keras
result = keras.metrics.KLDivergence().name
