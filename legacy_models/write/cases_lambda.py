"""Lambda layers: functions of every form, as bytecode of the Python that the era ran on."""

import numpy as np
from casebook import case

SCALED = """
def scaled(x, scale=2.0):
    parts = []
    for i in range(3):
        if i == 1:
            continue
        parts.append(x[:, i:i + 2] * (i + scale))
    return K.concatenate(parts, axis=-1)
"""
DISTANCE = """
def distance(pair):
    left, right = pair
    return K.sqrt(K.maximum(K.sum(K.square(left - right), axis=1, keepdims=True), K.epsilon()))
"""


def function(kit, source, **closure):
    """A function of source, whose only globals are the backend; its bytecode names no file of this machine."""
    scope = {"K": kit.keras.backend}
    scope.update(closure)
    exec(compile(source, "author.py", "exec"), scope)
    return scope[source.split("def ")[1].split("(")[0]]


def bytecode(kit, source):
    """The same, stored by value as the lambdas are."""
    made = function(kit, source)
    made.__name__ = "<lambda>"
    return made


@case(
    "~keras-1.2.2 keras-2.2.4 ~tf.keras-2.4 tf.keras-2.8 ~tf.keras-2.13/keras",
    "Lambdas with loops, closures over sizes, arguments and several inputs.",
    "lambda bytecode",
)
def lambda_functions(kit):
    L = kit.layers
    left, right = kit.Input((4,), name="left"), kit.Input((4,), name="right")
    a = L.Lambda(bytecode(kit, SCALED), arguments={"scale": 0.5}, output_shape=(4,), name="scaled")(left)
    b = L.Lambda(bytecode(kit, SCALED), output_shape=(4,), name="scaled_by_default")(right)
    far = L.Lambda(bytecode(kit, DISTANCE), output_shape=(1,), name="distance")([a, b])
    return kit.functional([left, right], [L.Dense(2, name="out")(a), far])


CTC = """
def ctc_lambda_func(args):
    y_pred, labels, input_length, label_length = args
    y_pred = y_pred[:, 2:, :]
    return K.ctc_batch_cost(labels, y_pred, input_length, label_length)
"""


def ctc_inputs(rng):
    labels = np.array([[0, 1, 3], [2, 2, 0]], "float32")
    lengths = np.array([[6], [5]], "int64"), np.array([[3], [2]], "int64")
    return [rng.uniform(-1, 1, (2, 8, 3)).astype("float32"), labels] + list(lengths)


@case(
    "keras-2.2.4 tf.keras-2.8",
    "The loss of a text recogniser as a Lambda with four inputs: K.ctc_batch_cost.",
    "lambda bytecode ctc",
    inputs=ctc_inputs,
)
def lambda_ctc(kit):
    L = kit.layers
    strip, labels = kit.Input((8, 3), name="strip"), kit.Input((3,), name="the_labels")
    lengths = [kit.Input((1,), dtype="int64", name=name) for name in ("input_length", "label_length")]
    scores = L.Dense(5, activation="softmax", name="scores")(strip)
    loss = L.Lambda(bytecode(kit, CTC), output_shape=(1,), name="ctc")([scores, labels] + lengths)
    return kit.functional([strip, labels] + lengths, loss)
