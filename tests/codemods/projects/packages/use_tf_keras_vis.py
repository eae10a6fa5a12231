import numpy as np
from tensorflow import keras
from tf_keras_vis.saliency import Saliency

model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(2)])
print(Saliency(model)(lambda output: output[:, 0], np.random.rand(1, 8, 8, 1)).shape)
