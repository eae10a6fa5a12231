"""What builders of the author's take from TensorFlow Addons when it is not installed: its conditional random field.

Addons ended with 0.23, which does not import beside the TensorFlow of today. A builder needs no more of it than a
model's graph: the layer with the configuration that Addons wrote, and the class that puts it behind a model. Everything
else of the package is what stands for one that is not installed.
Sources: ``tensorflow_addons/layers/crf.py`` and ``text/crf_wrapper.py`` of 0.23.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType

import tf_keras

from migrate.worlds.guest.absent import Absent
from migrate.worlds.guest.framework_types import Config, LiveModel, Nested
from migrate.worlds.legacy import tagging

_PACKAGE = "tensorflow_addons"
_REGISTERED = "Addons>CRF"


@tf_keras.saving.register_keras_serializable(package="Addons")
class CRF(tagging.CRF):
    """The layer under the name and with the configuration of Addons."""

    def get_config(self) -> Config:
        """The keys that Addons wrote."""
        own = {key: getattr(self, key) for key in ("units", "use_boundary", "use_kernel")}
        initializers = tf_keras.initializers
        for key in ("chain_initializer", "boundary_initializer"):
            own[key] = initializers.serialize(initializers.get(getattr(self, key)))
        inherited: Config = super().get_config()
        return inherited | own


class CRFModelWrapper(tf_keras.Model):  # type: ignore[misc]
    """A conditional random field behind a model; holds its layers in the order of Addons."""

    def __init__(self, model: LiveModel, units: int, *args: object, **kwargs: object) -> None:
        super().__init__()
        initializer, boundary, start, kernel = _given(args, kwargs)
        self.crf_layer = CRF(
            units,
            use_boundary=bool(boundary),
            use_kernel=bool(kernel),
            chain_initializer=initializer,
            boundary_initializer=start,
            **kwargs,
        )
        self.base_model = model

    def call(
        self,
        inputs: Nested,
        training: bool | None = None,
        mask: Nested | None = None,
        return_crf_internal: bool = False,
    ) -> object:
        """The tags, or what the loss needs and the tags."""
        tags, potentials, lengths, kernel = self.crf_layer(self.base_model(inputs, training, mask))
        return ((potentials, lengths, kernel), tags) if return_crf_internal else tags


def _given(args: tuple[object, ...], kwargs: dict[str, object]) -> Iterator[object]:
    """Arguments of the wrapper behind the first two, by position or taken out of the others by name."""
    defaults = {
        "chain_initializer": "orthogonal",
        "use_boundary": True,
        "boundary_initializer": "zeros",
        "use_kernel": True,
    }
    for number, (name, default) in enumerate(defaults.items()):
        yield args[number] if number < len(args) else kwargs.pop(name, default)


tf_keras.saving.get_custom_objects().pop(
    _REGISTERED
)  # what is read from a file is not for this class to answer


@contextmanager
def with_addons() -> Iterator[None]:
    """The modules of Addons that hold these two, where the package is not installed."""
    if _PACKAGE in sys.modules or find_spec(_PACKAGE) is not None:
        yield
        return
    made = {name: _module(name, held) for name, held in _MODULES.items()}
    sys.modules.update(made)
    try:
        yield
    finally:
        for name in made:
            del sys.modules[name]


_MODULES: dict[str, dict[str, object]] = {
    _PACKAGE: {},
    f"{_PACKAGE}.layers": {"CRF": CRF},
    f"{_PACKAGE}.layers.crf": {"CRF": CRF},
    f"{_PACKAGE}.text": {"CRFModelWrapper": CRFModelWrapper},
    f"{_PACKAGE}.text.crf_wrapper": {"CRFModelWrapper": CRFModelWrapper},
}


class _Module(ModuleType):
    """A module of a package that is not installed, of which some names are known."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return sys.modules.get(f"{self.__name__}.{name}") or Absent(_PACKAGE, f"{self.__name__}.{name}")


def _module(name: str, held: dict[str, object]) -> ModuleType:
    made = _Module(name)
    made.__path__ = []  # a package: what is below it may be imported
    vars(made).update(held)
    return made
