from tensorflow.keras import backend as K
flat = K.constant(np.arange(6.0).reshape(2, 3))
cube = K.constant(np.arange(24.0).reshape(2, 3, 4))
deep = K.constant(np.arange(96.0).reshape(2, 2, 6, 4))
turned = K.permute_dimensions(cube, (0, 2, 1))
result = [np.array(v) for v in (
    K.batch_dot(flat, flat), K.batch_dot(flat, cube), K.batch_dot(turned, flat), K.batch_dot(turned, cube),
    K.batch_dot(deep, turned), K.batch_dot(turned, K.permute_dimensions(deep, (0, 1, 3, 2))[:, :, :3]),
)]
