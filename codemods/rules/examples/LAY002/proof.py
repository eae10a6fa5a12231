from tensorflow import keras
x = np.array([[-2.0, 3.0]], 'float32')
leaky = keras.layers.LeakyReLU(alpha=0.2)
result = [np.array(leaky(x)), np.array(keras.activations.relu(x, alpha=0.1))]
