from keras.layers import Merge
layer = Merge([a, b], mode='sum')
