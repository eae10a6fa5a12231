from keras.utils import np_utils

y = np_utils.to_categorical(labels, 10)
