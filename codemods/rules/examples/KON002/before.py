from keras.layers import Convolution2D
layer = Convolution2D(64, 3, 3, border_mode='same')
