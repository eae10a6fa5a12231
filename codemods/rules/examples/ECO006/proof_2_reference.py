import tensorflow as tf
tf.compat.v1.set_random_seed(3)
x = tf.compat.v1.to_float(np.array([[1, 2], [3, 4]]))
result = [
    tf.compat.v1.log(x).numpy(),
    tf.compat.v1.matrix_inverse(x).numpy(),
    tf.compat.v1.div(tf.compat.v1.to_int32(x), 2).numpy(),
    tf.compat.v1.random_normal((3,)).numpy(),
    tf.compat.v1.image.resize_bilinear(x[None, ..., None], (3, 3), align_corners=True).numpy(),
]
