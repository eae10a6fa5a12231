import tensorflow as tf

if tf.__version__ >= '2.9':
    from keras.layers.convolutional.base_conv import Conv
else:
    Conv = None
