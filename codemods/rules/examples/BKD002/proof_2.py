from tensorflow.keras import backend as K
x, bias = K.constant([[1.0, 2.0]]), K.constant([0.5, -0.5])
y = K.constant(np.arange(12.0).reshape(1, 3, 4))
z = K.permute_dimensions(y, (0, 2, 1))
result = [np.array(K.bias_add(x, bias)), np.array(K.switch(x > 1.5, x, -x)),
          np.array(K.batch_dot(y, z)), bool(K.is_sparse(x))]
