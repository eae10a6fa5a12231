from tensorflow.keras import backend as K
x = K.constant([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]])
result = [np.array(v) for v in (
    K.argmax(x), K.argmin(x), K.concatenate([x, x]), K.cumsum(x), K.cumprod(x), K.expand_dims(x),
    K.gather(x, [1, 0]), K.mean(x, axis=1, keepdims=True), K.std(x), K.var(x, 0), K.prod(x, -1),
    K.clip(x, -1, 2), K.permute_dimensions(x, (1, 0)), K.repeat(x, 2), K.repeat_elements(x, 2, axis=1),
    K.reverse(x, 0), K.flatten(x), K.batch_flatten(x), K.pow(x, 2), K.softmax(x), K.relu(x, alpha=0.1),
    K.elu(x), K.dot(x, K.transpose(x)), K.l2_normalize(x, axis=1), K.temporal_padding(K.expand_dims(x)),
    K.one_hot(K.cast([0, 2], 'int32'), 3), K.max(x, axis=0), K.any(x > 0, axis=1),
    K.sum(x), K.ones_like(x), K.eye(2), K.arange(0, 6, 2),
)]
result.append([K.ndim(x), list(K.int_shape(x)), K.dtype(x), int(K.count_params(x))])
