from keras.layers import Conv2D
layer = Conv2D(8, (3, 3), dilation_rate=(2, 2))
