from tensorflow import keras
import tensorflow as tf
v = tf.Variable([1.0, 2.0])
opt = keras.optimizers.RMSprop(0.1, epsilon=None)
opt.apply_gradients([(tf.constant([0.5, -1.0]), v)])
result = v.numpy()
