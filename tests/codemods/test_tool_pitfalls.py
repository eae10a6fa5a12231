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
