import tensorflow as tf
tf.keras.utils.set_random_seed(3)
model = tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(2)])
result = model(np.ones((2, 4), 'float32')).numpy()
