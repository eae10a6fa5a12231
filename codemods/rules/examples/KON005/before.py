from keras.layers import merge
z = merge([x, y], mode='concat', concat_axis=1)
