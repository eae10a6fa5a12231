"""Weights alone whose builder leaves to a default, or spells, what its era meant: equal to what that era recorded."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import h5py
import pytest

from migrate.pipeline.migrate import migrate_artifact
from migrate.pipeline.request import ArtifactRequest, Options
from migrate.worlds.host.pool import Slot

KERAS_2 = """\
    from keras.layers import Dense, GRU, Input, LSTM, SimpleRNN
    from keras.models import Model

    class Tagger:
        config = {"length": 6}

        def __init__(self, classes):
            line = Input((self.config["length"], 3), name="line")
            x = GRU(4, return_sequences=True, name="gru")(LSTM(3, return_sequences=True, name="lstm")(line))
            x = Dense(classes, activation="hard_sigmoid", name="dense_1")(SimpleRNN(3, name="simple")(x))
            self.model = Model(line, x)
            self.model.compile(Nothing(), "mse")
    """
KERAS_1 = """\
    from keras import initializations
    from keras.layers import GRU, Input, LSTM, SimpleRNN
    from keras.models import Model

    def start(shape, name=None):
        return initializations.normal(shape, scale=0.01, name=name)

    def build(sizes, deep=None):
        print 'building', sizes
        line = Input(shape=(5, 3), name='line')
        for name in xrange(1):
            x = LSTM(output_dim=sizes[0] / 2, return_sequences=True, init=start, name='lstm_1')(line)
        x = GRU(sizes[1], return_sequences=True, go_backwards=True, name='gru_1')(x)
        x = SimpleRNN(3, activation='relu', name='simplernn_1')(x)
        return Model(input=line, output=x)

    if __name__ == '__main__':
        build([7, 4])
    """
CUDNN = """\
    from keras.layers import Bidirectional, Dense, GRU, Input, LSTM
    from keras.models import Model

    def net(units):
        line = Input((5, 3), name="line")
        x = Bidirectional(LSTM(2, return_sequences=True, recurrent_activation="sigmoid"), name="both")(line)
        x = GRU(3, return_sequences=True, recurrent_activation="sigmoid", reset_after=True, name="gru")(x)
        x = LSTM(units, recurrent_activation="sigmoid", name="last")(x)
        return Model(line, Dense(2, name="top")(x))
    """


THEANO = """\
    from keras import backend as K
    from keras.layers import BatchNormalization, Convolution2D, Dense, Flatten, Input, MaxPooling2D
    from keras.models import Model

    def net():
        if K.image_dim_ordering() == 'th':
            shape, channels = (2, 8, 7), 1
        else:
            shape, channels = (8, 7, 2), 3
        image = Input(shape=shape, name='convolution2d_input_1')
        x = Convolution2D(3, 3, 2, activation='tanh', name='convolution2d_1')(image)
        x = BatchNormalization(axis=channels, name='batchnormalization_1')(x)
        x = MaxPooling2D((2, 2), name='maxpooling2d_1')(x)
        x = Flatten(name='flatten_1')(Convolution2D(4, 2, 2, name='convolution2d_2')(x))
        return Model(image, Dense(2, name='dense_1')(x))
    """


def alone(model: Path, folder: Path) -> Path:
    """The weights of a whole model as a file of their own, as ``save_weights`` of its era writes it."""
    weights = folder / "weights_of_it.h5"
    with h5py.File(model) as whole, h5py.File(weights, "w") as file:
        for name, value in whole["model_weights"].attrs.items():
            file.attrs[name] = value
        for name in whole["model_weights"]:
            whole.copy(f"model_weights/{name}", file)
    return weights


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "source", "call"),
    [
        ("keras-2.2.4/rnn_defaults", KERAS_2, "Tagger(classes=sizes[0]).model with classes=2"),
        ("keras-1.2.2/rnn_cpu", KERAS_1, "build(sizes=[7, 4])"),
        ("keras-1.2.2/conv_th", THEANO, "net()"),
        ("keras-2.2.4/cudnn", CUDNN, "net(units=sizes[0]) with units=2"),
    ],
    ids=["defaults", "keras-1", "theano-order", "cudnn"],
)
def test_weights_alone_equal_what_their_era_recorded(
    case: str, source: str, call: str, legacy_models: Path, slot: Slot, tmp_path: Path
) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "train.py").write_text(dedent(source))
    weights = alone(legacy_models / case / "model.h5", tmp_path)
    golden = legacy_models / case / "model.golden.npz"
    request = ArtifactRequest(weights, "w", tmp_path / "out", "model", golden)
    result = migrate_artifact(request, Options(source=(tmp_path / "code",)), slot)
    said = [f"{f.code}: {f.message}" for f in result.findings]
    assert result.status == "migrated", said
    assert result.parity is not None
    assert result.parity.evidence == "golden"
    (built,) = [f.message for f in result.findings if f.code == "CFG057"]
    assert call.replace("sizes[0]", "?") in built
