"""The project's test; it passes under Keras 2.2.4 as written."""

import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))

from keras.layers import Input
from keras.models import Model

from layers import Scale


def test_scale_multiplies_channels():
    inputs = Input(shape=(2,))
    model = Model(inputs, Scale(initial=3.0)(inputs))
    model.layers[-1].set_weights([np.array([1.0, 2.0])])
    assert model.predict(np.array([[1.0, 1.0]])).tolist() == [[3.0, 6.0]]
