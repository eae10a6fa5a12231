from keras import utils as np_utils

y = np_utils.to_categorical(labels, 10)
