import numpy as np
from keras.layers import Conv2D, Flatten, Input
from keras.models import Model
from keras_contrib.layers import InstanceNormalization

inputs = Input((8, 8, 3))
x = InstanceNormalization(axis=-1)(Conv2D(4, 3)(inputs))  # found
model = Model(inputs, Flatten()(x))
print(model.predict(np.ones((1, 8, 8, 3))).shape)
