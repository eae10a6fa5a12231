from tensorflow import keras
y = keras.utils.to_categorical([0, 1], 2, dtype='int32')
