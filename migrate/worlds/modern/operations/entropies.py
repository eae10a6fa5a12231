"""Cross entropies called as functions: those of ``tf.nn`` and of ``keras.backend`` of Keras 2.

Source: ``keras/backend.py`` of 2.15, which clips probabilities at 1e-7.
"""

from __future__ import annotations

from keras import ops

from migrate.worlds.guest.framework_types import Functions, Tensor
from migrate.worlds.modern.operations.sizes import known

_EPSILON = 1e-7


def softmax_cross_entropy(labels: Tensor, logits: Tensor, axis: int = -1) -> Tensor:
    """``tf.nn.softmax_cross_entropy_with_logits``."""
    return ops.negative(ops.sum(ops.multiply(labels, ops.log_softmax(logits, axis=axis)), axis=axis))


def sigmoid_cross_entropy(labels: Tensor, logits: Tensor) -> Tensor:
    """``tf.nn.sigmoid_cross_entropy_with_logits``: max(x, 0) - x z + log(1 + exp(-|x|))."""
    tail = ops.log1p(ops.exp(ops.negative(ops.absolute(logits))))
    return ops.add(ops.subtract(ops.relu(logits), ops.multiply(logits, labels)), tail)


def sparse_softmax_cross_entropy(labels: Tensor, logits: Tensor) -> Tensor:
    """``tf.nn.sparse_softmax_cross_entropy_with_logits``."""
    return ops.sparse_categorical_crossentropy(labels, logits, from_logits=True)


def binary_crossentropy(target: Tensor, output: Tensor, from_logits: bool = False) -> Tensor:
    """``keras.backend.binary_crossentropy``."""
    if from_logits:
        return sigmoid_cross_entropy(target, output)
    clipped = ops.clip(output, _EPSILON, 1.0 - _EPSILON)
    hit = ops.multiply(target, ops.log(ops.add(clipped, _EPSILON)))
    miss = ops.multiply(ops.subtract(1.0, target), ops.log(ops.add(ops.subtract(1.0, clipped), _EPSILON)))
    return ops.negative(ops.add(hit, miss))


def categorical_crossentropy(
    target: Tensor, output: Tensor, from_logits: bool = False, axis: int = -1
) -> Tensor:
    """``keras.backend.categorical_crossentropy``: probabilities are made to sum to 1 first."""
    if from_logits:
        return softmax_cross_entropy(target, output, axis)
    shares = ops.divide(output, ops.sum(output, axis=axis, keepdims=True))
    clipped = ops.clip(shares, _EPSILON, 1.0 - _EPSILON)
    return ops.negative(ops.sum(ops.multiply(target, ops.log(clipped)), axis=axis))


def sparse_categorical_crossentropy(
    target: Tensor, output: Tensor, from_logits: bool = False, axis: int = -1
) -> Tensor:
    """``keras.backend.sparse_categorical_crossentropy``."""
    return ops.sparse_categorical_crossentropy(target, output, from_logits=bool(from_logits), axis=axis)


def ctc_batch_cost(y_true: Tensor, y_pred: Tensor, input_length: Tensor, label_length: Tensor) -> Tensor:
    """``keras.backend.ctc_batch_cost``: of shape (batch, 1); the last class is the blank."""
    scores = ops.log(ops.add(y_pred, _EPSILON))
    lengths = [ops.cast(ops.squeeze(length, -1), "int32") for length in (label_length, input_length)]
    classes = known(y_pred.shape[-1], "the number of classes of a CTC loss is unknown")
    loss = ops.ctc_loss(
        ops.cast(y_true, "int32"),
        scores,
        *lengths,
        mask_index=classes - 1,
    )
    return ops.expand_dims(loss, 1)


FUNCTIONS: Functions = {
    "binary_crossentropy": binary_crossentropy,
    "ctc_batch_cost": ctc_batch_cost,
    "categorical_crossentropy": categorical_crossentropy,
    "sigmoid_cross_entropy": sigmoid_cross_entropy,
    "softmax_cross_entropy": softmax_cross_entropy,
    "sparse_categorical_crossentropy": sparse_categorical_crossentropy,
    "sparse_softmax_cross_entropy": sparse_softmax_cross_entropy,
}
