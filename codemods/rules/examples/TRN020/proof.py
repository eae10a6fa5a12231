from tensorflow import keras
result = callable(keras.metrics.get('acc'))
