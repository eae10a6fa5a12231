"""Initial values as functions, which Keras 1 took, become objects of Keras' classes."""

from __future__ import annotations

import pytest

from migrate.own_code.initializers import with_classes

HEAD = "from keras import initializations\nfrom keras.initializations import uniform as even\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "def start(shape, name=None):\n    return initializations.normal(shape, scale=0.01, name=name)",
            "start = initializers.RandomNormal(stddev=0.01)",
        ),
        (
            "layer = Dense(3, init=lambda shape, name: even(shape, 0.1, name=name))",
            "layer = Dense(3, init=initializers.RandomUniform(minval=-(0.1), maxval=0.1))",
        ),
        (
            "def start(shape, name=None):\n    '''Of rows.'''\n    return initializations.orthogonal(shape)",
            "start = initializers.Orthogonal(gain=1.1)",
        ),
    ],
)
def test_functions_become_objects(old: str, new: str) -> None:
    assert with_classes(HEAD + old) == f"from keras import initializers\n{HEAD}{new}"


@pytest.mark.parametrize(
    "text",
    [
        "def start(shape, name=None):\n    return initializations.normal(shape, scale=0.1, dim_ordering='th')",
        "def start(shape, name=None):\n    return initializations.get('normal')(shape)",
        "def start(shape, name=None):\n    print(shape)\n    return initializations.normal(shape)",
        "def start(shape):\n    return other.normal(shape)",
    ],
)
def test_others_stay(text: str) -> None:
    assert with_classes(HEAD + text) == HEAD + text


def test_what_must_stand_first_stays_first() -> None:
    future = "from __future__ import annotations\n"
    old = "start = lambda shape: initializations.normal(shape, 0.1)"
    new = "start = initializers.RandomNormal(stddev=0.1)"
    assert with_classes(future + HEAD + old) == f"{future}from keras import initializers\n{HEAD}{new}"
