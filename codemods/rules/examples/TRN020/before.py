from tensorflow import keras
metric = keras.metrics.get('acc')
