import keras
metric = keras.metrics.get('accuracy')
