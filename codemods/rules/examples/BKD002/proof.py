from tensorflow.keras import backend as K
result = [list(K.placeholder(ndim=2).shape), list(K.placeholder((None, 3)).shape)]
