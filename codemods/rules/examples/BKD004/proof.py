from tensorflow.keras import backend as K
x = K.constant([-2.7, -1.0, 0.5])
result = [np.array(K.hard_sigmoid(x)), np.array(K.sqrt(x))]
