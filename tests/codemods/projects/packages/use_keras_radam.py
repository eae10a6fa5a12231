import keras
import numpy as np
from keras_radam import RAdam

model = keras.models.Sequential([keras.layers.Dense(1, input_shape=(3,))])
model.compile(RAdam(), "mse")  # found
model.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
print(model.predict(np.ones((1, 3))).shape)
