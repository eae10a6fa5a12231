from keras.layers import Dense
layer = Dense(4, kernel_constraint='nonneg')
