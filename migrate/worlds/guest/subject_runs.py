"""Run a definition of the user's that was built: its outputs, gradients, losses and state, by case."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType

import numpy as np
import tensorflow as tf

from migrate.capsule.model import Array
from migrate.parity.candidates import projection
from migrate.worlds.contracts.proving import CaseFacts
from migrate.worlds.guest.framework_types import LiveLayer, Nested, Tensor, UserObject, Variable
from migrate.worlds.guest.runner import flatten, nest_like, sizes_in, to_numpy
from migrate.worlds.guest.subject_weights import Unsuitable, Weight

_MAX_PARAMETERS = 30_000_000


@dataclass
class Run:
    """What one case gave.

    Attributes:
        arrays: name (``output/0/1``: batch and position) → array.
        facts: comparable values that are no arrays.
        weights: values that it ran with, in the order of the reference.
    """

    arrays: dict[str, Array] = field(default_factory=dict)
    facts: CaseFacts = field(default_factory=CaseFacts)
    weights: list[Array] = field(default_factory=list)


def frame_of(keras: ModuleType, inner: UserObject) -> LiveLayer:
    """A layer around a subject that sets the mode of training, whether or not its ``call`` asks for it."""

    class Frame(keras.layers.Layer):  # type: ignore[misc,name-defined]
        def __init__(self) -> None:
            super().__init__(dtype="float32", autocast=False)
            self.inner = inner

        def build(self, *shapes: object) -> None:
            self.built = True

        def call(self, inputs: Nested, training: bool | None = None) -> Nested:
            outputs: Nested = inner(inputs)
            return outputs

    frame: LiveLayer = Frame()
    return frame


def arranged(made: object, batch: Sequence[Array]) -> Nested:
    """Arrays as the structure that a model or layer takes."""
    tensors = [tf.constant(array) for array in batch]
    kept = (getattr(made, name, None) for name in ("_inputs_struct", "_nested_inputs", "inputs"))
    structure = next(
        (value for value in kept if value is not None), None
    )  # symbolic tensors are neither true nor false
    if structure is not None and len(flatten(structure)) == len(tensors):
        return (
            nest_like(structure, tensors)
            if len(tensors) > 1 or isinstance(structure, Mapping)
            else tensors[0]
        )
    return tensors[0] if len(tensors) == 1 else tensors


def run_layer(
    keras: ModuleType,
    made: UserObject,
    batches: Sequence[Sequence[Array]],
    assign: Callable[[UserObject], list[Weight]],
) -> Run:
    """Outputs, gradients, losses and state of a layer or model.

    Args:
        keras: of this world.
        made: the layer or model.
        batches: two batches of inputs.
        assign: sets the weights once they exist, and gives them in the order of the reference.
    """
    run = Run()
    frame = frame_of(keras, made)
    frame(arranged(made, batches[0]), training=False)  # builds
    parameters = sum(int(np.prod(tuple(w.shape))) for w in getattr(made, "weights", ()))
    if parameters > _MAX_PARAMETERS:
        raise Unsuitable(f"it has {parameters:,} weights, more than a proof tries")
    entries = assign(made)
    before = run.weights = [to_numpy(variable) for _, _, variable in entries]
    for number, batch in enumerate(batches):
        output = frame(arranged(made, batch), training=False)
        for position, tensor in enumerate(_tensors(output)):
            run.arrays[f"output/{number}/{position}"] = to_numpy(tensor)
    trainable = [n for n, (_, _, v) in enumerate(entries) if _is_trainable(made, v)]
    regularised = len(getattr(made, "losses", ()) or ()) > 0
    _training(run, made, frame, batches[0], entries)
    for (_, _, variable), value in zip(entries, before, strict=True):
        variable.assign(value)
    run.facts = CaseFacts(trainable, regularised, _output_shape(made, batches[0]))
    return run


def _training(
    run: Run, made: object, frame: LiveLayer, batch: Sequence[Array], entries: Sequence[Weight]
) -> None:
    """One call in training mode: its outputs, the gradients of a number made of them, and what it left behind."""
    trainable = [(number, v) for number, (_, _, v) in enumerate(entries) if _is_trainable(made, v)]
    with tf.GradientTape() as tape:
        output = frame(arranged(made, batch), training=True)
        total = tf.constant(0.0)
        for position, tensor in enumerate(_tensors(output)):
            run.arrays[f"training/{position}"] = to_numpy(tensor)
            if tf.as_dtype(tensor.dtype).is_floating:
                total += tf.reduce_sum(tf.cast(tensor, "float32") * projection(sizes_of(tensor)))
        penalty = [tf.cast(loss, "float32") for loss in getattr(made, "losses", ()) or ()]
        if penalty:
            run.arrays["penalty"] = to_numpy(tf.add_n(penalty))
            total += tf.add_n(penalty)
    gradients = tape.gradient(total, [_of_tensorflow(v) for _, v in trainable])
    for (number, _), gradient in zip(trainable, gradients, strict=True):
        if gradient is not None:
            run.arrays[f"gradient/{number}"] = to_numpy(tf.convert_to_tensor(gradient))
    for number, (_, _, variable) in enumerate(entries):
        if not _is_trainable(made, variable):
            run.arrays[f"state/{number}"] = to_numpy(variable)


def _of_tensorflow(variable: Variable) -> object:
    """TensorFlow's variable behind one of Keras 3."""
    return variable if callable(getattr(variable, "value", None)) else variable.value


def _is_trainable(made: object, variable: Variable) -> bool:
    return any(variable is other for other in getattr(made, "trainable_weights", ()))


def _output_shape(made: UserObject, batch: Sequence[Array]) -> list[int | None] | None:
    """What a layer says of its output's shape; None where it does not."""
    if type(made).__dict__.get("compute_output_shape") is None:
        return None
    shapes = [tuple(array.shape) for array in batch]
    shape = made.compute_output_shape(shapes[0] if len(shapes) == 1 else shapes)
    return list(sizes_in(shape))


def sizes_of(tensor: Tensor) -> tuple[int, ...]:
    """The shape of a tensor that holds values."""
    return tuple(int(size or 0) for size in tensor.shape)


def _tensors(output: Nested) -> list[Tensor]:
    found = [t for t in flatten(output) if t is not None]
    return [tf.convert_to_tensor(t.to_tensor() if hasattr(t, "to_tensor") else t) for t in found]


def run_function(made: UserObject, batches: Sequence[Sequence[Array]], *, spread: bool) -> Run:
    """Values of a function of tensors and its gradients by the last of them.

    Args:
        made: the function.
        batches: of inputs.
        spread: whether the tensors are arguments of their own, or one list.
    """
    run = Run()
    for number, batch in enumerate(batches):
        tensors = [tf.constant(array) for array in batch]
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            output = made(*tensors) if spread or len(tensors) == 1 else made(tensors)
            parts = _tensors(output)
            total = sum(
                (tf.reduce_sum(p * projection(sizes_of(p))) for p in parts if p.dtype == tf.float32),
                tf.constant(0.0),
            )
        for position, tensor in enumerate(parts):
            run.arrays[f"output/{number}/{position}"] = to_numpy(tensor)
        gradient = tape.gradient(total, tensors[-1])
        if gradient is not None:
            run.arrays[f"gradient by the input/{number}"] = to_numpy(tf.convert_to_tensor(gradient))
    return run


def run_loss(made: UserObject, batches: Sequence[Sequence[Array]]) -> Run:
    """What a loss object gives: reduced as it reduces, and with weights of the samples."""
    run = run_function(made, batches, spread=True)
    for number, (true, predicted) in enumerate(batches):
        weights = np.linspace(0.5, 1.5, len(true)).astype("float32")
        weighted = made(tf.constant(true), tf.constant(predicted), sample_weight=tf.constant(weights))
        run.arrays[f"weighted/{number}"] = to_numpy(weighted)
    run.facts = CaseFacts(name=_name(made))
    return run


def _name(made: object) -> str | None:
    name = getattr(made, "name", None)
    return None if name is None else str(name)


def run_metric(made: UserObject, batches: Sequence[Sequence[Array]]) -> Run:
    """Results of a metric after each of two batches, and after a reset."""
    run = Run()
    for number, (true, predicted) in enumerate(batches):
        made.update_state(tf.constant(true), tf.constant(predicted))
        for position, value in enumerate(flatten(made.result())):
            run.arrays[f"output/{number}/{position}"] = to_numpy(value)
    (made.reset_state if hasattr(made, "reset_state") else made.reset_states)()
    made.update_state(*(tf.constant(array) for array in batches[1]))
    run.arrays["after a reset"] = to_numpy(flatten(made.result())[0])
    run.facts = CaseFacts(name=_name(made))
    return run


def run_small(kind: str, made: UserObject) -> Run:
    """Values of an initializer, regularizer, constraint or schedule."""
    run = Run()
    rng = np.random.default_rng(11)
    if kind == "schedule":
        for step in (0, 1, 10, 100, 1000):
            run.arrays[f"output/{step}/0"] = to_numpy(tf.convert_to_tensor(made(step)))
        return run
    for number, shape in enumerate(((4, 6), (3, 3, 4, 6))):
        value = (
            made(shape)
            if kind == "initializer"
            else made(tf.constant(rng.normal(size=shape).astype("float32")))
        )
        run.arrays[f"output/{number}/0"] = to_numpy(tf.convert_to_tensor(value))
    return run
