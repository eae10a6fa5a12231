from keras.utils.conv_utils import normalize_tuple
size = normalize_tuple(3, 2, 'size')
