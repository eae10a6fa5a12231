"""Where a training step of the writing era is another one than tf-keras' and Keras 3's, whatever is carried over.

The step that proves the training is taken by tf-keras, which has the later semantics; so these are found in the model.
Sources: ``keras/engine/base_layer.py``, ``losses.py``, ``layers/normalization.py`` of 1.2.2 to 2.3.1, measured with the
frameworks; ``keras/src/losses/loss.py`` and ``layers/normalization`` of 3.15.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from packaging.version import Version

from migrate.capsule.model import Layer, Model, Topology, structure_refs
from migrate.dialects.graph_rewrites import to_functional
from migrate.dialects.masks import makes_mask, mask_makers
from migrate.dialects.rule import Era
from migrate.dialects.training.variables import walk_trainable
from migrate.dialects.training_dependence import BATCH_STATISTICS
from migrate.findings import Finding, Severity

_CODE = "OPT021"
_LABELS_KEPT_UNTIL = Version("2.3")
_MASKED_MEAN_SINCE = Version("2.3")
_MASKED_SUM_AGAIN = Version("2.10")
"""tf.keras divides by the valid steps from here on (``apply_valid_mask``), as Keras before 2.3 and Keras 3 do."""

_MASKED_STATISTICS = Version("2.12")
"""BatchNormalization of tf.keras takes a mask from here on, as that of Keras 3 does."""
_OWN_SEMANTICS_SINCE = Version("2.2")
"""tf.keras up to TensorFlow 1.12, which calls itself 2.1.6, still stepped as stand-alone Keras of its time did.

Source: ``engine/base_layer.py``, ``losses.py``, ``optimizers.py`` and ``engine/training_utils.py`` of 1.12 and 1.13.
"""
_STEPS_SAVED_SINCE = Version("2.3")
_STEPS_NOT_SAVED = frozenset({"RMSprop", "Adagrad", "Adadelta"})
"""Optimizers whose ``weights`` were the accumulators alone before (``keras/optimizers.py`` of 1.2.2 to 2.2.4)."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the era's step does otherwise.

    Attributes:
        place: the layer or part of the training.
        message: what the era did, and what Keras 3 does.
        hint: how to continue training as before, where that can be said.
    """

    place: str
    message: str
    hint: str


def step_differences(model: Model, compiled: Mapping[str, Any], era: Era) -> list[Finding]:
    """What makes a training step differ from the writer's, as findings.

    Args:
        model: in the writer's dialect.
        compiled: the translated ``compile`` of the plan.
        era: who wrote it.
    """
    found: list[Difference] = []
    for check in _CHECKS:
        found += check(model, compiled, era)
    return [Finding(_CODE, Severity.WARNING, d.message, d.hint, d.place) for d in found]


def _steps_as_standalone(era: Era) -> bool:
    return not era.tf_keras or era.keras < _OWN_SEMANTICS_SINCE


def _activity(model: Model, compiled: Mapping[str, Any], era: Era) -> Iterator[Difference]:
    if not _steps_as_standalone(era):
        return
    for path, layer in model.walk():
        if layer.config.get("activity_regularizer") or layer.class_name == "ActivityRegularization":
            yield Difference(
                "/".join(path),
                "the penalty on the layer's output was the sum over the batch; Keras 3 divides it by the batch size",
                "Multiply the regularizer's factors by the batch size that you train with.",
            )


def _labels(model: Model, compiled: Mapping[str, Any], era: Era) -> Iterator[Difference]:
    if _steps_as_standalone(era) and era.keras < _LABELS_KEPT_UNTIL and "hinge" in str(compiled.get("loss")):
        yield Difference(
            "loss",
            "a hinge loss used targets of 0 and 1 unchanged; Keras 3 converts them to -1 and 1",
            "Continue training with targets of -1 and 1, which every release uses unchanged.",
        )


def _masked_loss(model: Model, compiled: Mapping[str, Any], era: Era) -> Iterator[Difference]:
    averaged = _MASKED_MEAN_SINCE <= era.keras < _MASKED_SUM_AGAIN or (
        era.tf_keras and _OWN_SEMANTICS_SINCE <= era.keras < _MASKED_SUM_AGAIN
    )
    if not averaged or model.topology is not Topology.FUNCTIONAL or not any(map(makes_mask, model.layers)):
        return
    for ref in structure_refs(model.outputs):
        if mask_makers(model, ref):
            yield Difference(
                ref.layer,
                "the loss of an output with a mask was divided by all steps; Keras 3 divides it by the unmasked "
                "ones",
                "Scale the learning rate or the loss by the share of unmasked steps.",
            )


def _frozen_statistics(model: Model, compiled: Mapping[str, Any], era: Era) -> Iterator[Difference]:
    for path, layer, trainable in walk_trainable(model):
        if layer.class_name not in BATCH_STATISTICS or trainable:
            continue
        if not era.tf_keras or (era.keras < Version("2.3") and _has_dtypes(layer)):
            yield Difference(
                "/".join(path),
                "a frozen BatchNormalization normalised by the batch while training; Keras 3 uses its moving "
                "averages",
                "No stock layer does both: continue training with the moving averages, or unfreeze the layer.",
            )


def _has_dtypes(layer: Layer) -> bool:
    initializer = layer.config.get("gamma_initializer")
    return isinstance(initializer, dict) and "dtype" in initializer.get("config", {})


def _averages(model: Model, compiled: Mapping[str, Any], era: Era) -> Iterator[Difference]:
    if era.tf_keras:
        return
    for path, layer, trainable in walk_trainable(model):
        if layer.class_name in BATCH_STATISTICS and trainable:
            yield Difference(
                "/".join(path),
                "moving averages were corrected by hidden counters that no file contains, and the variance for the "
                "batch size; Keras 3 does neither",
                "No action is needed once the averages have settled: after about 1 / (1 - momentum) steps.",
            )


def _masked_statistics(model: Model, compiled: Mapping[str, Any], era: Era) -> Iterator[Difference]:
    if era.keras >= _MASKED_STATISTICS or not any(makes_mask(layer) for layer in model.layers):
        return
    graph = to_functional(model)
    for layer in graph.layers:
        if layer.class_name in BATCH_STATISTICS and any(
            mask_makers(graph, ref) for node in layer.nodes for ref in node.refs()
        ):
            yield Difference(
                layer.name,
                "BatchNormalization computed its statistics over all steps; Keras 3 leaves out the masked ones",
                "Put the mask after the layer, if padding is to count as before.",
            )


def _uncounted_decay(model: Model, compiled: Mapping[str, Any], era: Era) -> Iterator[Difference]:
    optimizer = compiled.get("optimizer") or {}
    decays = isinstance(optimizer.get("config", {}).get("learning_rate"), Mapping)
    if not _steps_as_standalone(era) or era.keras >= _STEPS_SAVED_SINCE or not decays:
        return
    if optimizer.get("class_name") in _STEPS_NOT_SAVED:
        yield Difference(
            "optimizer",
            "the decay of the learning rate counts the steps, which this release did not save; it starts again at 0, "
            "as it did when that release loaded the file",
            "Assign the number of steps taken to `optimizer.iterations` if you know it.",
        )


_Check = Callable[[Model, Mapping[str, Any], Era], Iterator[Difference]]
_CHECKS: tuple[_Check, ...] = (
    _activity,
    _labels,
    _masked_loss,
    _frozen_statistics,
    _averages,
    _masked_statistics,
    _uncounted_decay,
)
