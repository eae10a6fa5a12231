from tensorflow import keras
layer = keras.layers.ThresholdedReLU(theta=0.5)
