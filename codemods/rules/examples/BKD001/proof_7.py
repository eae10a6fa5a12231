from tensorflow.keras import backend as K
x = K.constant([-2.0, 0.5, 3.0])
result = [np.array(v) for v in (K.clip(x, 0.0, None), K.clip(x, None, 1.0), K.clip(x, 0.0, 1.0))]
