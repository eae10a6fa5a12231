from keras.layers import Dense
layer = Dense(units=4, kernel_initializer='uniform', kernel_regularizer='l2', use_bias=False)
