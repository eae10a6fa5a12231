"""Lambda layers: functions of every form, as bytecode of the Python that the era ran on."""

from casebook import authored, case

OLD = "keras-1.2.2 keras-2.2.4"
NEW = "tf.keras-2.4 tf.keras-2.8 tf.keras-2.13/keras"

SCALED = """
def scaled(x, scale=2.0):
    parts = []
    for i in range(3):
        if i == 1:
            continue
        parts.append(x[:, i:i + 2] * (i + scale))
    return K.concatenate(parts, axis=-1)
"""
POOLED = """
def pooled(x):
    size = K.int_shape(x)[1]
    weights = K.softmax(K.sum(K.tanh(x), axis=-1))
    return K.sum(x * K.expand_dims(weights), axis=1) / size
"""
DISTANCE = """
def distance(pair):
    left, right = pair
    return K.sqrt(K.maximum(K.sum(K.square(left - right), axis=1, keepdims=True), K.epsilon()))
"""
SPLIT = """
def split(x):
    return [x[:, :2], K.stack([x[:, k] for k in range(2, 4)], axis=1)]
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
    OLD + " " + NEW,
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


@case(
    OLD + " " + NEW,
    "A Lambda that reads static shapes, behind a recurrent layer, and one inside TimeDistributed.",
    "lambda bytecode",
)
def lambda_attention(kit):
    L = kit.layers
    line = kit.Input((5, 3), name="line")
    half = L.TimeDistributed(
        L.Lambda(authored("lambda x: x / 2.0 - 1.0"), output_shape=(3,), name="half"), name="halves"
    )(line)
    states = L.LSTM(4, return_sequences=True, name="states")(half)
    return kit.functional(line, L.Lambda(bytecode(kit, POOLED), output_shape=(4,), name="pooled")(states))


@case(
    NEW,
    "A Lambda that gives two tensors, one that is called twice, and one that does nothing.",
    "lambda bytecode",
)
def lambda_calls(kit):
    L = kit.layers
    left, right = kit.Input((4,), name="left"), kit.Input((4,), name="right")
    first, second = L.Lambda(bytecode(kit, SPLIT), name="split")(left)
    root = L.Lambda(authored("lambda x: x * x + 1.0"), name="shared")
    same = L.Lambda(authored("lambda x: x"), name="same")(right)
    joined = L.Concatenate(name="joined")([root(first), root(same), second])
    return kit.functional([left, right], [L.Dense(2, name="out")(joined), same])
