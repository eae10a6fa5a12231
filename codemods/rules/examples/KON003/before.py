from keras.layers import MaxPooling2D
layer = MaxPooling2D((2, 2), dim_ordering='tf')
