from keras.layers import Convolution2D
layer = Convolution2D(2, (3, 3))
result = list(layer.compute_output_shape((1, 8, 8, 1)))
