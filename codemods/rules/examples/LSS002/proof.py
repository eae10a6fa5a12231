from tensorflow import keras
reg = keras.regularizers.l2(l=0.01)
result = float(np.array(reg(np.ones((2, 2), 'float32'))))
