from keras.layers import AtrousConvolution2D
layer = AtrousConvolution2D(8, 3, 3, atrous_rate=(2, 2))
