import tensorflow as tf
x = tf.reshape(tf.range(16.0), (1, 4, 4, 1))
counted = tf.compat.v1.while_loop(lambda i: i < 5, lambda i: i + 1, [tf.constant(0)])
held = tf.TensorArray('float32', size=2).write(0, 1.0).write(1, 2.0)
mapped = tf.compat.v1.map_fn(lambda v: v * 2, x)
result = [tf.image.flip_up_down(x).numpy(), counted.numpy(), held.stack().numpy(), mapped.numpy(), np.pi]
