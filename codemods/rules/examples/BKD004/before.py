from keras import backend as K

gate = K.hard_sigmoid(x)
norm = K.sqrt(total)
