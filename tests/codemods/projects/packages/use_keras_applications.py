import keras
import numpy as np
from keras_applications import resnet

model = resnet.ResNet50(  # found
    weights=None, classes=2, input_shape=(32, 32, 3), include_top=True,
    backend=keras.backend, layers=keras.layers, models=keras.models, utils=keras.utils,
)
print(model.predict(np.ones((1, 32, 32, 3))).shape)
