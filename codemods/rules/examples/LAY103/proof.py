from tensorflow import keras
x = np.array([[-1.0, 0.4, 0.6, 1.2]], 'float32')
result = [np.array(layer(x)) for layer in (
    keras.layers.ThresholdedReLU(theta=0.5), keras.layers.ThresholdedReLU(),
    keras.layers.ThresholdedReLU(0.5),
)]
