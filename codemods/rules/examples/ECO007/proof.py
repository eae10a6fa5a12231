import tensorflow as tf
x = tf.reshape(tf.range(12.0), (2, 3, 2))
image = tf.reshape(tf.range(32.0), (1, 4, 4, 2))
kernel = tf.ones((2, 2, 2, 1))
result = [
    tf.reduce_sum(x, reduction_indices=1, keep_dims=True).numpy(),
    tf.argmax(x, dimension=1).numpy(),
    tf.expand_dims(x, dim=1).numpy(),
    tf.nn.softmax(x, dim=1).numpy(),
    tf.reverse_sequence(x, [1, 2], seq_dim=1, batch_dim=0).numpy(),
    tf.nn.conv2d(image, filter=kernel, strides=[1, 1, 1, 1], padding="SAME").numpy(),
    tf.nn.convolution(image, filter=kernel, padding="VALID", dilation_rate=[2, 2]).numpy(),
    tf.nn.max_pool(value=image, ksize=2, strides=2, padding="SAME").numpy(),
    [m.numpy() for m in tf.nn.moments(x, axes=[1], keep_dims=True)],
    tf.norm(x, axis=1, keep_dims=True).numpy(),
]
