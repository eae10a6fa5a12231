from keras.layers import Dense, Dropout, MaxPooling1D, BatchNormalization
layer = Dense(units=4, kernel_initializer='ones', use_bias=False)
x = np.ones((2, 3), 'float32')
pool = MaxPooling1D(pool_size=2, strides=1, padding='same')
result = [np.array(layer(x)), Dropout(rate=0.3).rate, np.array(pool(np.ones((1, 4, 1), 'float32'))),
          list(BatchNormalization()(x).shape)]
