"""Expressions of ``keras.backend`` for a Lambda layer each: every function of the backend that makes a tensor.

The expression is the function's body; ``x`` is its tensor. A name that an era has not raises there, and the case is
counted as refused by its own framework.
"""

LINE = """
K.abs(x)|K.square(x)|K.sqrt(x)|K.exp(x)|K.log(K.abs(x) + 1.0)|K.round(x * 2.0)|K.sign(x)|K.pow(x, 2)|K.pow(K.abs(x), 0.5)
K.clip(x, -0.5, 0.5)|K.clip(x, 0.5, -0.5)|K.clip(x, 0, None)|K.sin(x)|K.cos(x)|K.tanh(x)|K.sigmoid(x)
K.hard_sigmoid(x)|K.relu(x)|K.relu(x, alpha=0.1)|K.relu(x, max_value=0.5)|K.relu(x, alpha=0.1, max_value=0.5)
K.relu(x, threshold=0.3)|K.elu(x)|K.elu(x, alpha=0.3)|K.softmax(x)|K.softplus(x)|K.softsign(x)
K.l2_normalize(x, axis=-1)|K.l2_normalize(x, axis=0)|K.l2_normalize(x, axis=1)|K.l2_normalize(x * 0.0, axis=-1)
K.maximum(x, 0.2)|K.minimum(x, 0.2)|K.maximum(x, -x)
K.equal(x, x)|K.not_equal(x, 0.0)|K.greater(x, 0.1)|K.greater_equal(x, 0.1)|K.lesser(x, 0.1)|K.lesser_equal(x, 0.1)
K.less(x, 0.1)|K.less_equal(x, 0.1)|K.cast(K.greater(x, 0.1), 'float32')|K.cast(x * 3.0, 'int32')|K.cast(x, 'float64')
K.switch(K.greater(x, 0.1), x, -x)|K.switch(K.greater(K.sum(x), 0.0), x, x * 2.0)|K.stop_gradient(x)|K.identity(x)
K.zeros_like(x) + x|K.ones_like(x) * x|K.batch_flatten(x)|K.flatten(x)|K.transpose(x)|K.expand_dims(x)
K.expand_dims(x, 1)|K.repeat(x, 3)|K.repeat_elements(x, 2, 1)|K.tile(x, [1, 2])|K.tile(x, (1, 2))
K.reverse(x, 1)|K.reverse(x, [0, 1])|K.concatenate([x, -x])|K.concatenate([x, -x], axis=0)|K.stack([x, -x])
K.stack([x, -x], axis=1)|K.reshape(x, (-1, 2, 2))|K.permute_dimensions(x, (1, 0))|K.slice(x, [0, 1], [2, 2])
K.argmax(x)|K.argmin(x)|K.argmax(x, axis=0)|K.one_hot(K.argmax(x), 4)|K.gather(x, [1, 0])|K.dot(x, K.transpose(x))
K.batch_dot(x, x, axes=1)|K.batch_dot(x, x, axes=[1, 1])|K.bias_add(x, K.constant([1.0, 2.0, 3.0, 4.0]))
K.in_train_phase(x * 2.0, x)|K.in_test_phase(x * 2.0, x)|K.dropout(x, 0.5)|K.random_normal(K.shape(x)) * 0.0 + x
K.random_uniform(K.shape(x)) * 0.0 + x|K.truncated_normal((4, 4)) * 0.0 + x|K.random_binomial((4, 4), p=1.0) * x
x * K.epsilon()|x + K.arange(0, 4, dtype='float32')|x + K.cast(K.arange(4), 'float32')|x + K.eye(4)|x + K.constant(2.0)
x + K.ones((4, 4))|x + K.zeros((4, 4))|x * K.ndim(x)|x * K.int_shape(x)[1]|x * K.cast(K.shape(x)[1], 'float32')
x * K.cast(K.size(x), 'float32')|x * K.count_params(K.ones((2, 3)))|K.print_tensor(x)|K.cumsum(x)|K.cumsum(x, axis=1)
K.cumprod(x, axis=1)|K.logsumexp(x)|K.logsumexp(x, axis=-1)|K.logsumexp(x, axis=1, keepdims=True)
K.sum(x)|K.sum(x, axis=0)|K.sum(x, axis=-1, keepdims=True)|K.sum(K.cast(x * 9.0, 'int32'), axis=1)|K.mean(x)
K.mean(x, axis=1)|K.mean(x, axis=[0, 1])|K.mean(K.greater(x, 0.1), axis=1)|K.mean(K.cast(x * 9.0, 'int32'), axis=1)
K.max(x)|K.max(x, axis=1)|K.min(x, axis=1, keepdims=True)|K.prod(x, axis=1)|K.var(x)|K.var(x, axis=1)
K.var(x, axis=1, keepdims=True)|K.std(x, axis=1)|K.std(x, axis=[0, 1])|K.any(x, axis=1)|K.all(x, axis=1)
K.any(K.greater(x, 0.1), axis=1, keepdims=True)|K.all(K.greater(x, -3.0))
K.categorical_crossentropy(K.softmax(x), K.softmax(-x))|K.categorical_crossentropy(x, x * 2.0, from_logits=True)
K.binary_crossentropy(K.sigmoid(x), K.sigmoid(-x))|K.binary_crossentropy(x, x * 2.0, from_logits=True)
K.sparse_categorical_crossentropy(K.argmax(x), K.softmax(x))|K.in_top_k(K.softmax(x), K.argmax(x), 2)
K.normalize_batch_in_training(x, K.ones((4,)), K.zeros((4,)), [0])[0]
K.batch_normalization(x, K.zeros((4,)), K.ones((4,)), K.ones((4,)) * 0.5, K.ones((4,)) * 2.0)
K.batch_normalization(x, K.zeros((4,)), K.ones((4,)), K.ones((4,)) * 0.5, K.ones((4,)) * 2.0, epsilon=0.5)
K.map_fn(lambda row: row * 2.0, x)|K.foldl(lambda a, b: a + b, x)|K.foldr(lambda a, b: a - b, x)
K.gradients(K.sum(K.square(x)), [x])[0]|K.eval(K.ones((4,))) * x|K.to_dense(x)|K.is_sparse(x) * 1.0 + x
(x if K.dtype(x) == 'float32' else -x)|(x if K.floatx() == 'float32' else -x)|(x if K.backend() == 'tensorflow' else -x)
(x if K.image_data_format() == 'channels_last' else -x)|(x if K.image_dim_ordering() == 'tf' else -x)
(x if K.is_keras_tensor(x) else -x)|K.moving_average_update(K.ones((4,)), x[0], 0.5)|K.learning_phase() * x
"""

STEPS = """
K.batch_flatten(x)|K.flatten(x)|K.transpose(x)|K.permute_dimensions(x, (0, 2, 1))|K.squeeze(x[:, :1], 1)
K.expand_dims(x, -1)|K.expand_dims(x, 0)|K.repeat_elements(x, 2, axis=1)|K.repeat_elements(x, 2, 2)
K.tile(x, (1, 2, 1))|K.reverse(x, 1)|K.reverse(x, (1, 2))|K.temporal_padding(x)|K.temporal_padding(x, 2)
K.temporal_padding(x, padding=(2, 0))|K.asymmetric_temporal_padding(x)|K.asymmetric_temporal_padding(x, 2, 0)
K.dot(x, K.ones((3, 2)))|K.dot(x, K.constant([[1.0], [2.0], [3.0]]))|K.batch_dot(x, x, axes=2)
K.batch_dot(x, x, axes=[1, 1])|K.batch_dot(x, x, axes=(2, 2))|K.batch_dot(x, K.permute_dimensions(x, (0, 2, 1)))
K.batch_dot(x, x[:, 0], axes=[2, 1])|K.batch_dot(x[:, 0], x, axes=[1, 2])|K.batch_dot(x, x[:, 0, :], axes=(2, 1))
K.batch_dot(x, x[:, :, 0], axes=1)|K.softmax(x)|K.softmax(x, axis=1)|K.l2_normalize(x, axis=1)|K.l2_normalize(x, axis=2)
K.argmax(x)|K.argmax(x, axis=1)|K.max(x, axis=[1, 2])|K.mean(x, axis=(1, 2))|K.sum(x, axis=1)|K.std(x, axis=1)
K.var(x, axis=[1, 2], keepdims=True)|K.any(x, axis=[1, 2])|K.cumsum(x, axis=1)|K.cumprod(x, axis=2)
K.conv1d(x, K.ones((2, 3, 2)))|K.conv1d(x, K.ones((2, 3, 2)), padding='causal')|K.gather(K.ones((9, 2)), K.cast(x, 'int32'))
K.concatenate([x, x * 2.0], axis=1)|K.concatenate([x, x * 2.0], 2)|K.stack([x, -x], axis=2)|K.reshape(x, (-1, 9))
K.reshape(x, [K.shape(x)[0], 3, 6])|K.slice(x, [0, 1, 0], [-1, 2, 2])|x[:, -1]|x[:, ::-1]|x[..., :2]|x[:, 1:-1]
K.bias_add(x, K.constant([1.0, 2.0, 3.0]))|K.bias_add(x, K.ones((6, 3)))
K.switch(K.greater(x[:, 0, 0], 0.0), x, -x)|K.rnn(lambda a, s: (a, [a]), x, [x[:, 0] * 0.0])[0]
K.local_conv1d(x, K.ones((5, 6, 2)), (2,), (1,))|K.separable_conv1d(x, K.ones((2, 3, 1)), K.ones((1, 3, 2)))
K.one_hot(K.cast(K.abs(x), 'int32'), 3)|K.in_top_k(x[:, 0], K.argmax(x[:, 0]), 1)|K.map_fn(lambda a: a[0], x)
"""

IMAGE = """
K.resize_images(x, 2, 2, 'channels_last')|K.resize_images(x, 2, 3, 'tf')|K.resize_images(x, 1, 2, data_format='channels_last')
K.resize_images(x, 2, 2, 'channels_last', interpolation='bilinear')|K.resize_images(x, 2, 2, 'channels_first')
K.spatial_2d_padding(x)|K.spatial_2d_padding(x, (2, 1))|K.spatial_2d_padding(x, ((1, 0), (0, 2)))
K.spatial_2d_padding(x, padding=((1, 0), (0, 2)), data_format='channels_last')
K.spatial_2d_padding(x, ((1, 0), (0, 2)), data_format='channels_first')|K.asymmetric_spatial_2d_padding(x, 1, 0, 0, 2)
K.spatial_2d_padding(x, (1, 2), 'tf')|K.pool2d(x, (2, 2))|K.pool2d(x, (2, 2), strides=(2, 2), pool_mode='avg')
K.pool2d(x, (2, 2), padding='same', pool_mode='avg')|K.conv2d(x, K.ones((2, 2, 3, 2)))
K.conv2d(x, K.ones((2, 2, 3, 2)), padding='same', strides=(2, 2))|K.depthwise_conv2d(x, K.ones((2, 2, 3, 1)))
K.separable_conv2d(x, K.ones((2, 2, 3, 1)), K.ones((1, 1, 3, 2)))|K.permute_dimensions(x, (0, 3, 1, 2))
K.batch_dot(x, x, axes=[3, 3])|K.dot(x, K.ones((3, 2)))|K.repeat_elements(x, 2, axis=2)|K.mean(x, axis=[1, 2])
K.softmax(x)|K.softmax(x, axis=1)|K.bias_add(x, K.constant([1.0, 2.0, 3.0]))|K.squeeze(x[:, :, :, :1], axis=3)
K.bias_add(x, K.ones((5,)), 'channels_first')|K.reverse(x, axes=2)|K.batch_flatten(x)|K.stack([x, x], -1)
K.sum(K.square(x), axis=(1, 2, 3))|K.l2_normalize(x, axis=3)|K.gather(x, [1, 0])|K.argmax(x, 3)|K.max(x, 3)
K.l2_normalize(x, axis=[1, 2])|K.resize_images(x, 2, 2, data_format='channels_last', interpolation='nearest')
"""


def expressions(table):
    """The expressions of a table, in order."""
    return [one.strip() for line in table.strip().splitlines() for one in line.split("|") if one.strip()]


BY_KIND = {"line": expressions(LINE), "steps": expressions(STEPS), "image": expressions(IMAGE)}
"""Kind of input to the expressions of it."""
