from keras.layers import Dense
layer = Dense(output_dim=4, init='uniform', W_regularizer='l2', bias=False)
