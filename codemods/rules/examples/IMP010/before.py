from keras.layers import MaxoutDense
