import numpy as np
from keras.layers import Dense, Flatten
from keras.models import Model
from keras_vggface.vggface import VGGFace

base = VGGFace(include_top=False, weights=None, input_shape=(48, 48, 3))  # found
model = Model(base.input, Dense(2)(Flatten()(base.output)))
print(model.predict(np.ones((1, 48, 48, 3))).shape)
