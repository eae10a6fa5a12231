import keras
import keras_resnet.models
import numpy as np

inputs = keras.layers.Input((32, 32, 3))
model = keras_resnet.models.ResNet18(inputs, classes=2, freeze_bn=True)  # found
model.compile(keras.optimizers.Adam(lr=1e-4), "categorical_crossentropy")
print(model.predict(np.ones((1, 32, 32, 3))).shape)
