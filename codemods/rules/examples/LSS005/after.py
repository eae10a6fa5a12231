import keras
reg = keras.regularizers.l1_l2(l1=0.1, l2=0.01)
