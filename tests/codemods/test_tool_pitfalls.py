"""The pitfalls that other rewriting tools fixed one by one, each as a case of our own.

The list is the changelog of django-upgrade 1.32.0 (adamchainz/django-upgrade#684 to #728): arguments hidden in a
mapping or present already, comments among arguments, implicit concatenation, parentheses, precedence, commas, aliases,
bare references, ``;``, empty bodies, the order of a dict, references before the definition, defaults.
"""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed, run

HEAD = "from keras.optimizers import SGD\nfrom keras.layers import LeakyReLU\n"

TRANSFORMED = {
    "plain": ("o = SGD(lr=0.1)", "o = SGD(learning_rate=0.1)"),
    "comment among the arguments": (
        "o = SGD(  # fast\n    # rate\n    lr=0.1,  # lr\n    momentum=0.9,\n)",
        "o = SGD(  # fast\n    # rate\n    learning_rate=0.1,  # lr\n    momentum=0.9,\n)",
    ),
    "comma at the end": ("o = SGD(lr=0.1,)", "o = SGD(learning_rate=0.1,)"),
    "implicit concatenation beside it": (
        "o = SGD(lr=0.1, name='a' 'b')",
        "o = SGD(learning_rate=0.1, name='a' 'b')",
    ),
    "parenthesised value": ("o = SGD(lr=(0.1))", "o = SGD(learning_rate=(0.1))"),
    "parenthesised callee": ("o = (SGD)(lr=0.1)", "o = (SGD)(learning_rate=0.1)"),
    "value over lines": ("o = SGD(lr=(a +\n            b))", "o = SGD(learning_rate=(a +\n            b))"),
    "lambda as the value": ("o = SGD(lr=lambda: 3)", "o = SGD(learning_rate=lambda: 3)"),
    "conditional as the value": ("o = SGD(lr=a if b else c)", "o = SGD(learning_rate=a if b else c)"),
    "walrus around": ("if (o := SGD(lr=0.1)): pass", "if (o := SGD(learning_rate=0.1)): pass"),
    "statements on one line": ("a = 1; o = SGD(lr=0.1); b = 2", "a = 1; o = SGD(learning_rate=0.1); b = 2"),
    "nested in itself": ("o = f(SGD(lr=g(SGD(lr=1))))", "o = f(SGD(learning_rate=g(SGD(learning_rate=1))))"),
    "spaces around the sign": ("o = SGD(lr = 0.1)", "o = SGD(learning_rate = 0.1)"),
    "backslash": ("o = \\\n    SGD(lr=0.1)", "o = \\\n    SGD(learning_rate=0.1)"),
    "in an f-string": ("s = f'{SGD(lr=0.1)}'", "s = f'{SGD(learning_rate=0.1)}'"),
    "in a default": ("def f(o=SGD(lr=0.1)): pass", "def f(o=SGD(learning_rate=0.1)): pass"),
    "in a decorator": ("@d(SGD(lr=0.1))\ndef f(): pass", "@d(SGD(learning_rate=0.1))\ndef f(): pass"),
    "in a class body": ("class A: o = SGD(lr=0.1)", "class A: o = SGD(learning_rate=0.1)"),
    "awaited": (
        "async def f():\n    await g(SGD(lr=0.1))",
        "async def f():\n    await g(SGD(learning_rate=0.1))",
    ),
    "in a comprehension": ("o = [SGD(lr=x) for x in y]", "o = [SGD(learning_rate=x) for x in y]"),
    "in a match": (
        "match SGD(lr=0.1):\n    case _: pass",
        "match SGD(learning_rate=0.1):\n    case _: pass",
    ),
    "values of a dict in order": (
        "d = {'a': SGD(lr=1), 'a': SGD(lr=2)}",
        "d = {'a': SGD(learning_rate=1), 'a': SGD(learning_rate=2)}",
    ),
    "unicode before it": ("o = 'äöü', SGD(lr=0.1)", "o = 'äöü', SGD(learning_rate=0.1)"),
    "tabs": ("if 1:\n\to = SGD(lr=0.1)", "if 1:\n\to = SGD(learning_rate=0.1)"),
    "keywords beside an open mapping": ("o = SGD(lr=0.1, **k)", "o = SGD(learning_rate=0.1, **k)"),
    "alias of the module": (
        "import keras.optimizers as ko\no = ko.SGD(lr=0.1)",
        "import keras.optimizers as ko\no = ko.SGD(learning_rate=0.1)",
    ),
    "used before it is defined": (
        "def f():\n    return make(lr=1)\ndef g():\n    return MySGD(lr=1)\nMySGD = SGD",
        "def f():\n    return make(lr=1)\ndef g():\n    return MySGD(learning_rate=1)\nMySGD = SGD",
    ),
}


@pytest.mark.parametrize("case", TRANSFORMED)
def test_rewritten(case: str) -> None:
    before, after = TRANSFORMED[case]
    check_transformed(f"{HEAD}{before}\n", f"{HEAD}{after}\n", select=("OPZ101", "IMP"))


LEFT = {
    "present already": "o = SGD(lr=0.1, learning_rate=0.2)",
    "hidden in a mapping": "o = SGD(**{'lr': 0.1})",
    "hidden in a mapping of its own": "o = SGD(**k)",
    "hidden in a sequence": "o = SGD(*a)",
    "bare reference": "o = SGD",
    "handed on": "o = functools.partial(SGD, momentum=1)",
    "another class of the name": "class SGD: pass\no = SGD(lr=0.1)",
    "a parameter of the name": "def f(SGD):\n    return SGD(lr=0.1)",
    "an attribute of the name": "o = torch.optim.SGD(lr=0.1)",
    "a method of the name": "o = self.SGD(lr=0.1)",
    "a loop variable": "for SGD in x:\n    SGD(lr=0.1)",
    "a comprehension variable": "o = [SGD(lr=0.1) for SGD in x]",
    "an except name": "try: pass\nexcept E as SGD:\n    SGD(lr=0.1)",
    "a keyword in a string": "o = 'SGD(lr=0.1)'",
    "a keyword in a comment": "# SGD(lr=0.1)",
    "a keyword in a docstring": "def f():\n    '''SGD(lr=0.1)'''",
    "a function of the author": "o = f(lr=0.1)",
}


@pytest.mark.parametrize("case", LEFT)
def test_left_alone(case: str) -> None:
    check_noop(f"{HEAD}import functools\n{LEFT[case]}\n", select=("OPZ101", "IMP"))


def test_import_of_a_name_still_used_bare_stays() -> None:
    text = "import tensorflow as tf\nm = tf.keras.Model\nf = getattr(tf, 'x')\n"
    assert run(text).text == "import tensorflow as tf\nimport keras\nm = keras.Model\nf = getattr(tf, 'x')\n"


def test_import_that_exists_is_not_added_twice() -> None:
    text = "import keras\nimport tensorflow as tf\nm = tf.keras.Model, keras.Model, tf.data\n"
    assert run(text).text.count("import keras") == 1


def test_files_do_not_share_their_imports() -> None:
    assert "import keras" in run("import tensorflow as tf\nm = tf.keras.Model\n").text
    check_noop("import tensorflow as tf\nm = tf.data\n", codes=())


BACKEND = "from keras import backend as K\n"
OPS = "from keras import ops\n"
MODEL = "import keras\nm = keras.Sequential()\n"

NUMBERED = {
    # By the number of the pull request that fixed it there: head, before, after (None: nothing changes), head after.
    "684 two edits of one call": (
        HEAD,
        "o = LeakyReLU(alpha=SGD(lr=1))",
        "o = LeakyReLU(negative_slope=SGD(learning_rate=1))",
    ),
    "687 comma doubled": (MODEL, "m.fit(x, y, workers=2,)", "m.fit(x, y,)"),
    "689 comma lost": (
        "import keras\n",
        "e = keras.layers.Embedding(4, 2, input_length=3, name='e')",
        "e = keras.layers.Embedding(4, 2, name='e')",
    ),
    "692 implicit concatenation of a name": (
        "import keras\n",
        "d = keras.layers.Dense(3, name='a/' 'b')",
        "d = keras.layers.Dense(3, name='a_b')",
    ),
    "695 a mapping may hide the argument": (HEAD, "o = LeakyReLU(**k)", None),
    "696 the argument is there already": (HEAD, "o = LeakyReLU(alpha=1, negative_slope=1)", None),
    "699 precedence of what is filled in": (
        BACKEND,
        "s = K.int_shape(a + b)[0]",
        "s = tuple((a + b).shape)[0]",
        "",
    ),
    "701 implicit concatenation of a path": (
        MODEL,
        "m.save_weights('a' '.h5')",
        "m.save_weights('a.weights.h5')",
    ),
    "702 aliased import of a module": (
        "from keras.utils import np_utils as u, plot_model as p\n",
        "y = u.to_categorical(x), p(m)",
        "y = u.to_categorical(x), p(m)",
        "from keras.utils import plot_model as p\nfrom keras import utils as u\n",
    ),
    "703 aliased import of a name": (
        "from keras.utils.np_utils import to_categorical as t\n",
        "y = t(x)",
        "y = t(x)",
        "from keras.utils import to_categorical as t\n",
    ),
    "704 a body left empty": (
        BACKEND,
        "class A:\n    K.set_learning_phase(1)",
        None,
    ),
    "707 statements joined": (
        "import keras; from keras.utils import np_utils\n",
        "a = 1; y = np_utils.to_categorical(x); b = 2",
        "a = 1; y = np_utils.to_categorical(x); b = 2",
        "import keras; from keras import utils as np_utils\n",
    ),
    "708 a bare reference": (BACKEND, "f = K.square", "f = ops.square", OPS),
    "712 implicit concatenation over lines": (
        MODEL,
        "m.save_weights('a'\n               '.h5')",
        "m.save_weights('a.weights.h5')",
    ),
    "714 a mapping beside the argument": (
        HEAD,
        "o = LeakyReLU(alpha=1, **k)",
        "o = LeakyReLU(negative_slope=1, **k)",
    ),
    "717 parentheses that make no tuple": (
        BACKEND,
        "y = K.sum((x), (1))",
        "y = ops.sum((x), axis=(1))",
        OPS,
    ),
    "718 a comment that looks like an argument": (
        "import keras\n",
        "e = keras.layers.Embedding(\n    4, 2,  # input_length=3\n)",
        None,
    ),
    "719 a reference handed on": (
        BACKEND,
        "y = list(map(K.square, xs))",
        "y = list(map(ops.square, xs))",
        OPS,
    ),
    "720 an alias that other code uses": (
        "import tensorflow as t\n",
        "m = t.keras.Model, t.data",
        "m = keras.Model, t.data",
        "import tensorflow as t\nimport keras\n",
    ),
    "722 a reference in a decorator": (
        "import tensorflow as tf\n",
        "@tf.keras.utils.register_keras_serializable()\ndef f(x): return x",
        "@keras.utils.register_keras_serializable()\ndef f(x): return x",
        "import keras\n",
    ),
    "723 the last of equal keys wins": (
        BACKEND,
        "d = {'a': K.square(x), 'a': K.abs(x)}",
        "d = {'a': ops.square(x), 'a': ops.abs(x)}",
        OPS,
    ),
    "725 used before its definition": (
        HEAD,
        "def f(): return Own(lr=1)\nOwn = SGD",
        "def f(): return Own(learning_rate=1)\nOwn = SGD",
    ),
    "726 used before its import": (
        "def f(): return K.square(1)\n",
        "from keras import backend as K",
        "from keras import ops",
        "def f(): return ops.square(1)\n",
    ),
    "727 a default that is not what it looks like": (
        "from keras.layers import ThresholdedReLU\n",
        "r = ThresholdedReLU()",
        "r = ReLU(threshold=1.0)",
        "from keras.layers import ReLU\n",
    ),
    "728 concatenation with a formatted string": (
        MODEL,
        "m.save_weights(f'{x}' '.h5')",
        "m.save_weights(f'{x}' '.weights.h5')",
    ),
}


@pytest.mark.parametrize("case", NUMBERED)
def test_by_number(case: str) -> None:
    head, before, after, *new = NUMBERED[case]
    if after is None:
        check_noop(f"{head}{before}\n", unsafe=True)
    else:
        check_transformed(f"{head}{before}\n", f"{new[0] if new else head}{after}\n", unsafe=True)
