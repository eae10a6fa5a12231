from keras.layers import MaxPooling2D
layer = MaxPooling2D((2, 2), data_format='channels_last')
