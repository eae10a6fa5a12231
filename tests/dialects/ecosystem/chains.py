"""Sequential models of a few layers, through the adapters."""

from __future__ import annotations

from migrate.capsule.model import Layer, Model, Topology
from migrate.dialects import registry  # noqa: F401 - registers the rules
from migrate.dialects.foreign import mark_foreign
from migrate.dialects.rule import Era, Notes, Step
from migrate.dialects.upgrade import upgrade
from migrate.formats.own_names import OwnCode


def chain(*layers: Layer) -> Model:
    """A model of three numbers for each example."""
    entry = Layer("InputLayer", "i", {"batch_input_shape": [None, 3]})
    return Model("Sequential", "s", Topology.SEQUENTIAL, (entry, *layers))


def adapted(model: Model, era: Era) -> Model:
    """The model after all adapters."""
    return upgrade(mark_foreign(model, OwnCode()), era, (Step.ECOSYSTEM,), Notes())
