import efficientnet.keras as efn
import numpy as np
from keras.layers import Dense, GlobalAveragePooling2D
from keras.models import Model

base = efn.EfficientNetB0(weights=None, include_top=False, input_shape=(32, 32, 3))  # found
model = Model(base.input, Dense(2)(GlobalAveragePooling2D()(base.output)))
print(model.predict(np.ones((1, 32, 32, 3))).shape)
