from keras import backend as K

x = K.gradients(loss, weights)
