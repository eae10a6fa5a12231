from tensorflow import keras
result = float(np.array(keras.optimizers.Lion().learning_rate))
