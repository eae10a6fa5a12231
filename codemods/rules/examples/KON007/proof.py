from keras.layers import Input
result = list(Input((3,))._keras_shape)
