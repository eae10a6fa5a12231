import tensorflow as tf
from tf_agents.networks import sequential

dense = tf.keras.layers.Dense(4, activation="relu")
network = sequential.Sequential([dense, tf.keras.layers.Dense(2)])  # found
output, _ = network(tf.ones((1, 3)))
print(output.shape)
