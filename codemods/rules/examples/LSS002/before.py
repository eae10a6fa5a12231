from tensorflow import keras
reg = keras.regularizers.l2(l=0.01)
