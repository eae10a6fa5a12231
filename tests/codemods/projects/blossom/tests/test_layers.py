import numpy as np
from tensorflow import keras

from blossom import AttentionPooling, Scale, build_tagger


def test_pooling_is_a_weighted_mean():
    layer = AttentionPooling(4)
    x = np.ones((2, 5, 3), "float32")
    np.testing.assert_allclose(np.asarray(layer(x)), np.ones((2, 3)), rtol=1e-6)
    assert [tuple(weight.shape) for weight in layer.weights] == [(3, 4), (4, 1)]


def test_pooling_survives_its_config():
    layer = AttentionPooling.from_config(AttentionPooling(6).get_config())
    assert layer.units == 6


def test_scale_clips():
    out = np.asarray(Scale(limit=1.0)(np.array([[-3.0, 0.5, 2.0]], "float32")))
    np.testing.assert_allclose(out, [[-1.0, 0.5, 1.0]])


def test_tagger_numbers():
    model = build_tagger(words=20, length=6, classes=2)
    out = model.predict(np.arange(12).reshape(2, 6), verbose=0)
    assert out.shape == (2, 2)
    assert keras.backend.floatx() == "float32"
    # what tf-keras 2.21 computes with these seeds
    np.testing.assert_allclose(out.sum(), SUM, atol=1e-4)


SUM = 2.001803
