from tensorflow import keras
inputs = keras.Input((4,))
outputs = keras.layers.Dropout(0.5)(inputs, training=True)
