"""A live model in training mode, without what it draws at random, and without what such a call leaves behind.

Duck-typed over tf-keras and Keras 3; imports neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from migrate.dialects.training_dependence import RATES
from migrate.worlds.guest.framework_types import LiveModel


@contextmanager
def calm_training(model: LiveModel) -> Iterator[None]:
    """Have every rate of Dropout and its like at 0 for a while; weights and rates are afterwards what they were.

    A call in training mode moves the averages of BatchNormalization and the vectors of SpectralNormalization.
    """
    held = [(variable, np.array(variable)) for variable in model.weights]
    rates = [
        (vars(layer), name, vars(layer)[name])
        for layer in model._flatten_layers()
        for name in RATES.get(type(layer).__name__, ())
        if vars(layer).get(name)
    ]
    for attributes, name, _ in rates:
        attributes[name] = 0.0
    try:
        yield
    finally:
        for attributes, name, rate in rates:
            attributes[name] = rate
        for variable, values in held:
            variable.assign(values)
