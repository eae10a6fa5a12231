import numpy as np
from tcn import TCN
from tensorflow.keras.layers import Dense, Input
from tensorflow.keras.models import Model

inputs = Input((10, 2))
model = Model(inputs, Dense(1)(TCN(nb_filters=4, kernel_size=2, dilations=(1, 2))(inputs)))
print(model.predict(np.ones((1, 10, 2)), verbose=0).shape)
