from keras import backend as K

y = K.bias_add(x, bias)
