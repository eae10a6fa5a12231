from tensorflow.keras import backend as K
x = K.constant(np.arange(32, dtype='float32').reshape(1, 4, 4, 2))
w = K.constant(np.ones((2, 2, 2, 3), 'float32'))
y = K.constant(np.arange(12, dtype='float32').reshape(1, 3, 4))
result = [np.array(v) for v in (
    K.conv2d(x, w, padding='same'), K.pool2d(x, (2, 2)), K.pool2d(x, (2, 2), pool_mode='avg'),
    K.resize_images(x, 2, 2, 'channels_last'), K.spatial_2d_padding(x), K.batch_dot(y, y, axes=(2, 2)),
    K.dot(y, K.constant(np.ones((2, 4, 3), 'float32'))),
)]
