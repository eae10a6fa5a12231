"""The names of Keras 1 are gone from tf_keras as from Keras 3: the same rules apply to both destinations."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.edit.engine import rewrite
from codemods.files.source import Source
from codemods.options import Options
from codemods.target import Target

OLD = """\
from keras.layers import Dense, Convolution2D, BatchNormalization, Input, merge
from keras.models import Model

a = Input((4, 4, 1))
b = Convolution2D(8, 3, 3, border_mode='same', subsample=(2, 2), init='uniform', name='b')(a)
c = merge([b, BatchNormalization(mode=0)(b)], mode='sum')
model = Model(input=a, output=Dense(output_dim=2, W_regularizer='l2')(c))
"""


@pytest.mark.parametrize("target", [Target.TF_KERAS_2, Target.KERAS])
def test_arguments_of_keras_1_are_renamed(target: Target) -> None:
    text = rewrite(Source(Path("old.py"), OLD), Options(target=target, unsafe=True)).text
    assert (
        "Convolution2D(8, (3, 3), padding='same', strides=(2, 2), kernel_initializer='uniform', name='b')"
        in text
    )
    assert "keras.layers.add([b, BatchNormalization()(b)])" in text
    assert "Model(inputs=a, outputs=Dense(units=2, kernel_regularizer='l2')(c))" in text
