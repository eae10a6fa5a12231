from keras.layers import Input
x = Input((3,))
n = tuple(x.shape)[1]
