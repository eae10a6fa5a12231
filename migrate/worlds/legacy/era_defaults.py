"""Arguments that the author's code left to the defaults of its time: not written into the architecture of a builder.

``LSTM(8)`` of Keras 2.2 computes with ``hard_sigmoid``, of tf-keras with ``sigmoid``. Where a configuration lacks the
argument, the rules of the writing era fill it in; tf-keras would write today's default as if it were the author's.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

import tf_keras

from migrate.worlds.guest.framework_types import Config, LiveLayer

_CLASSES = ("LSTM", "GRU", "LSTMCell", "GRUCell", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
_ARGUMENTS = ("recurrent_activation", "reset_after")
_GIVEN = "_given_by_author"
Init = Callable[..., None]
GetConfig = Callable[[LiveLayer], Config]


@contextmanager
def unstated_defaults(reset_after: bool) -> Iterator[None]:
    """Layers that are made meanwhile leave out of their configuration what their author left out.

    Args:
        reset_after: the default of ``GRU`` in the writing era, which decides the shape of its biases.
    """
    before: list[tuple[str, Init, GetConfig]] = []
    for name in _CLASSES:
        cls = getattr(tf_keras.layers, name)
        before.append((name, cls.__init__, cls.get_config))
        cls.__init__ = _marking(cls.__init__, reset_after)
        cls.get_config = _omitting(cls.get_config)
    try:
        yield
    finally:
        for name, init, get_config in before:
            cls = getattr(tf_keras.layers, name)
            cls.__init__, cls.get_config = init, get_config


def _marking(init: Init, reset_after: bool) -> Init:
    parameters = inspect.signature(init)

    @wraps(init)
    def marked(self: LiveLayer, *args: object, **kwargs: object) -> None:
        given = {*parameters.bind_partial(self, *args, **kwargs).arguments, *kwargs}
        self.__dict__[_GIVEN] = frozenset(given)  # before the layer can track attributes
        if "reset_after" in parameters.parameters and "reset_after" not in given:
            kwargs["reset_after"] = reset_after
        init(self, *args, **kwargs)

    return marked


def _omitting(get_config: GetConfig) -> GetConfig:
    @wraps(get_config)
    def omitted(self: LiveLayer) -> Config:
        config = get_config(self)
        given = self.__dict__.get(_GIVEN, frozenset(_ARGUMENTS))
        return {key: value for key, value in config.items() if key not in _ARGUMENTS or key in given}

    return omitted
