import tensorflow as tf
from tensorflow import keras
opt = keras.optimizers.SGD(0.1)
layer = keras.layers.Dense(1, kernel_initializer='ones')
layer.build((None, 2))
opt.apply_gradients([(tf.ones((2, 1)), layer.kernel)], name='step')
result = np.array(layer.kernel)
