from tensorflow.keras import backend as K
t = K.constant([[0.0, 1.0], [1.0, 0.0]])
p = K.constant([[0.3, 0.7], [0.6, 0.4]])
result = [np.array(v) for v in (
    K.binary_crossentropy(t, p), K.categorical_crossentropy(t, p),
    K.sparse_categorical_crossentropy(K.constant([1, 0], dtype='int32'), p),
    K.in_top_k(p, K.constant([1, 1], dtype='int32'), 1), K.not_equal(t, p),
)]
