import numpy as np
from classification_models.keras import Classifiers
from keras.layers import Dense, GlobalAveragePooling2D
from keras.models import Model

ResNet18, preprocess = Classifiers.get("resnet18")  # found
base = ResNet18((32, 32, 3), weights=None, include_top=False)
model = Model(base.input, Dense(2)(GlobalAveragePooling2D()(base.output)))
print(model.predict(np.ones((1, 32, 32, 3))).shape)
