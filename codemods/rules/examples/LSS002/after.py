import keras
reg = keras.regularizers.l2(l2=0.01)
