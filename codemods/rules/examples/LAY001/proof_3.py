from tensorflow import keras
layer = keras.layers.Conv3DTranspose(1, 2, 2, 'valid', None, 'channels_last')
result = list(layer.compute_output_shape((1, 2, 2, 2, 1)))
