import tensorflow as tf
import tensorflow_compression as tfc

model = tf.keras.Sequential([tfc.SignalConv2D(4, (3, 3), padding="same_zeros", use_bias=True)])  # found
print(model(tf.ones((1, 8, 8, 1))).shape)
