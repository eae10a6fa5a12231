from tensorflow import keras
reg = keras.regularizers.l1_l2(l1=0.1)
result = float(np.array(reg(np.ones((2, 2), 'float32'))))
