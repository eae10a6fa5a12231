from keras.layers import Input
x = Input((3,))
n = x._keras_shape[1]
