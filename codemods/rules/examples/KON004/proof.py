from keras.layers import AtrousConvolution2D
layer = AtrousConvolution2D(8, 3, 3, atrous_rate=(2, 2))
result = list(layer.compute_output_shape((1, 9, 9, 1)))
