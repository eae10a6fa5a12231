"""Functions that people give to a Lambda, compiled by every Python that is supported.

Run by each of them: ``pythonX.Y cases.py compiled`` writes
``compiled/VERSION.json``: marshalled code (base64), defaults and closure, as ``func_dump`` of Keras 2 does. The
syntax is that of Python 2.7 and 3.4 to 3.13.
"""

import base64
import json
import marshal
import os
import sys

K = tf = np = SCALE = None  # the functions are compiled, never called


def closure(scale=2.5):
    axis = 1
    return lambda x: K.sum(x, axis=axis) * scale


def default(x, power=2):
    return x**power


def branches(x):
    if K.ndim(x) == 3 and K.image_data_format() != "channels_first":
        return K.mean(x, axis=-1)
    return x


def conditional(x):
    return x[:, 0] if K.int_shape(x)[1] > 4 else x[:, 1]


def loop(x):
    parts = []
    for i in range(3):
        if i == 1:
            continue
        parts.append(x[:, i : i + 2])
    return K.concatenate(parts, axis=1)


def loop_with_end(x):
    total = x
    n = 0
    while True:
        n += 1
        total = total * 2.0
        if n >= 2:
            break
    return total


def comprehension():
    k = 1
    return lambda x: K.stack([x[:, i] * (i + k) for i in range(2)], axis=1)


def generator(x):
    return sum(x[:, i] for i in range(2))


def dictionary(x):
    weights = {"a": 1.0, "b": 3.0}
    return x * weights["a"] + x * weights["b"]


def nested(x):
    def scaled(value, by=2.0):
        return value * by

    return scaled(x) + scaled(x, by=3.0)


def unpack(args):
    mean, deviation = args
    return mean + K.exp(0.5 * deviation)


def star(x):
    size = (2, 10)
    return K.reshape(x, [-1] + list(size))  # noqa: RUF005 - Python 2.7


def imports(x):
    import tensorflow as tf

    return tf.nn.relu(x)


def imports_from(x):
    from keras import backend as B

    return B.abs(x)


def slices(x):
    return x[:, ::2, -1:], x[..., 0]


def numbers(x):
    return (x - 7 // 2) / (2**3 % 5) * -1.5


def arrays(x):
    return x * np.array([1.0, 2.0, 3.0, 4.0])


def size(x):
    return x / K.cast(K.shape(x)[1], "float32")


def named(x):
    return tf.reduce_sum(input_tensor=x, axis=[1], keepdims=True)


def missing(x):
    return x * SCALE


FUNCTIONS = {
    "lambda": lambda x: x / 127.5 - 1.0,
    "closure": closure(),
    "default": default,
    "branches": branches,
    "conditional": conditional,
    "loop": loop,
    "loop_with_end": loop_with_end,
    "comprehension": comprehension(),
    "generator": generator,
    "dictionary": dictionary,
    "nested": nested,
    "unpack": unpack,
    "star": star,
    "imports": imports,
    "imports_from": imports_from,
    "slices": slices,
    "numbers": numbers,
    "arrays": arrays,
    "size": size,
    "named": named,
    "missing": missing,
}


def dump(function):
    """As ``func_dump`` in ``keras/utils/generic_utils.py``."""
    code = base64.b64encode(marshal.dumps(function.__code__)).decode("ascii")
    cells = function.__closure__
    closure = [cell.cell_contents for cell in cells] if cells else None
    return [code, list(function.__defaults__) if function.__defaults__ else None, closure]


if __name__ == "__main__":
    with open(os.path.join(sys.argv[1], "{}.{}.json".format(*sys.version_info[:2])), "w") as file:
        json.dump(
            {name: dump(function) for name, function in FUNCTIONS.items()}, file, indent=1, sort_keys=True
        )
