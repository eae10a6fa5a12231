import keras
import numpy as np
from keras_lookahead import Lookahead

model = keras.models.Sequential([keras.layers.Dense(1, input_shape=(3,))])
model.compile(Lookahead("adam", sync_period=5, slow_step=0.5), "mse")  # found
model.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
print(model.predict(np.ones((1, 3))).shape)
