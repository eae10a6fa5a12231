from keras.layers import Dense, Dropout, MaxPooling1D, BatchNormalization
layer = Dense(output_dim=4, init='ones', bias=False, W_constraint='nonneg')
x = np.ones((2, 3), 'float32')
pool = MaxPooling1D(pool_length=2, stride=1, border_mode='same')
result = [np.array(layer(x)), Dropout(p=0.3).rate, np.array(pool(np.ones((1, 4, 1), 'float32'))),
          list(BatchNormalization(mode=0, gamma_init='zero')(x).shape)]
