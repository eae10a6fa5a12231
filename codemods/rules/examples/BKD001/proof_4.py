from tensorflow.keras import backend as K
v = K.variable([1.0, 2.0], name='v')
K.update_add(v, [1.0, 1.0])
a = K.get_value(v)
K.set_value(v, [5.0, 6.0])
K.moving_average_update(v, K.constant([0.0, 0.0]), 0.5)
result = [np.array(a), np.array(K.eval(v))]
