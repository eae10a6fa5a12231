"""Names and objects: what an expression stands for, and the evidence for it."""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent

import pytest
from packaging.version import Version

from codemods.context import Context
from codemods.files.source import Source
from codemods.names.repository import Repository
from codemods.names.resolver import Module
from codemods.names.values import Receiver
from codemods.options import Options
from codemods.rules.api import Target
from codemods.run.runner import process
from codemods.testing import run


def context(text: str, path: Path = Path("x.py"), repository: Repository | None = None) -> Context:
    source = Source(path, dedent(text))
    tree = source.parse()
    module = repository.module(tree, path) if repository else Module(tree)
    return Context(source, module, Target.KERAS, Version("3.15.1"))


def asked(ctx: Context) -> ast.expr:
    """The argument of the call of ``ask``."""
    for node in ast.walk(ctx.module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ask":
            return node.args[0]
    raise AssertionError("the snippet asks nothing")


NAMES = {
    "attribute": ("import tensorflow as tf\nask(tf.keras.layers.Dense)", "keras.layers.Dense"),
    "alias": ("from tensorflow.keras import backend as K\nask(K.mean)", "keras.backend.mean"),
    "import a.b as c": ("import tensorflow.keras.backend as K\nask(K.mean)", "keras.backend.mean"),
    "assignment": ("import tensorflow as tf\nK = tf.keras.backend\nask(K.mean)", "keras.backend.mean"),
    "tuple assignment": (
        "from keras import layers, models\na, b = layers, models\nask(b.Model)",
        "keras.models.Model",
    ),
    "local": ("def f():\n    from keras import layers\n    ask(layers.Dense)", "keras.layers.Dense"),
    "closure": (
        "def f():\n    from keras import layers\n    def g():\n        ask(layers.Dense)",
        "keras.layers.Dense",
    ),
    "try": (
        "try:\n    from keras import layers\nexcept ImportError:\n"
        "    from tensorflow.keras import layers\nask(layers.Dense)",
        "keras.layers.Dense",
    ),
    "star": ("from keras.layers import *\nask(Dense)", "keras.layers.Dense"),
    "compat.v1": ("import tensorflow.compat.v1 as tf\nask(tf.keras.layers.Dense)", "keras.layers.Dense"),
    "compat.v2 is tf": ("import tensorflow.compat.v2 as tf\nask(tf.reduce_mean)", "tf.reduce_mean"),
    "private": ("from tensorflow.python.keras.layers.core import Dense\nask(Dense)", "keras.layers.Dense"),
    "lazy": (
        "import importlib\nkeras = importlib.import_module('tensorflow.keras')\nask(keras.Model)",
        "keras.Model",
    ),
    "class attribute": (
        "from keras import layers\nclass A:\n    kl = layers\n    ask(kl.Dense)",
        "keras.layers.Dense",
    ),
    "global that is filled later": (
        "keras = None\ndef f():\n    global keras\n    import keras\n    ask(keras.Model)",
        "keras.Model",
    ),
    "shadowed by a parameter": ("from keras import layers\ndef f(layers):\n    ask(layers.Dense)", None),
    "shadowed by a loop": (
        "from keras import layers\ndef f(x):\n    for layers in x:\n        ask(layers.Dense)",
        None,
    ),
    "shadowed in a comprehension": ("from keras import layers\n[ask(layers.Dense) for layers in x]", None),
    "class body is invisible in methods": (
        "class A:\n    from keras import layers\n    def f(self):\n        ask(layers.Dense)",
        None,
    ),
    "own module": ("from mylib import layers\nask(layers.Dense)", None),
    "tf_keras is another name": ("import tf_keras as keras\nask(keras.Model)", "tf_keras.Model"),
}


@pytest.mark.parametrize("case", NAMES)
def test_names(case: str) -> None:
    text, name = NAMES[case]
    ctx = context(text)
    assert ctx.name(asked(ctx)) == name


OBJECTS = {
    "constructor": ("import keras\nm = keras.Sequential()\nask(m)", "keras.Model"),
    "reassigned to a stranger": ("import keras\nm = keras.Sequential()\nm = wrap(m)\nask(m)", None),
    "both branches": (
        "import keras\nif a:\n    m = keras.Sequential()\nelse:\n    m = keras.Model(a, b)\nask(m)",
        "keras.Model",
    ),
    "factory": ("from keras.models import load_model\nm = load_model('x')\nask(m)", "keras.Model"),
    "application": ("from keras.applications import VGG16\nask(VGG16())", "keras.Model"),
    "returned": (
        "import keras\ndef build():\n    m = keras.Sequential()\n    return m\nm = build()\nask(m)",
        "keras.Model",
    ),
    "unpacked": (
        "import keras\ndef build():\n    return keras.Sequential(), keras.optimizers.Adam()\nm, o = build()\nask(o)",
        "keras.optimizers.Optimizer",
    ),
    "self": ("import keras\nclass A(keras.Model):\n    def f(self):\n        ask(self)", "keras.Model"),
    "attribute of self": (
        "import keras\nclass A:\n    def __init__(self):\n"
        "        self.m = keras.Sequential()\n    def f(self):\n        ask(self.m)",
        "keras.Model",
    ),
    "annotation": ("import keras\ndef f(m: keras.Model):\n    ask(m)", "keras.Model"),
    "string annotation": ("import keras\ndef f(m: 'keras.Model'):\n    ask(m)", "keras.Model"),
    "optional annotation": ("import keras\ndef f(m: keras.Model | None):\n    ask(m)", "keras.Model"),
    "parameter used as a model": ("def f(m):\n    m.train_on_batch(1)\n    ask(m)", "keras.Model"),
    "optimizer of a model": (
        "import keras\nm = keras.Sequential()\nask(m.optimizer)",
        "keras.optimizers.Optimizer",
    ),
    "layer of a model": (
        "import keras\nm = keras.Sequential()\nfor l in m.layers:\n    ask(l)",
        "keras.layers.Layer",
    ),
    "callback's model": (
        "import keras\nclass C(keras.callbacks.Callback):\n    def f(self):\n        ask(self.model)",
        "keras.Model",
    ),
    "history": ("import keras\nm = keras.Sequential()\nh = m.fit(x)\nask(h)", "keras.callbacks.History"),
    "symbolic": (
        "import keras\nx = keras.Input((3,))\nx = keras.layers.Dense(3)(x)\nask(x)",
        "keras.KerasTensor",
    ),
    "symbolic through tf": (
        "import keras, tensorflow as tf\nx = keras.Input((3,))\nask(tf.square(x) + 1)",
        "keras.KerasTensor",
    ),
    "layer called in call is no symbol": (
        "import keras\nclass A(keras.layers.Layer):\n    def call(self, x):\n        ask(keras.layers.Dense(3)(x))",
        None,
    ),
    "stranger": ("m = Thing()\nask(m)", None),
    "scikit-learn": ("def f(m):\n    m.fit(1)\n    m.predict(2)\n    ask(m)", None),
}


@pytest.mark.parametrize("case", OBJECTS)
def test_objects(case: str) -> None:
    text, cls = OBJECTS[case]
    ctx = context(text)
    receiver = ctx.receiver(asked(ctx))
    if cls is None:
        assert receiver is None
    else:
        assert receiver is not None
        assert cls in receiver.classes
        assert receiver.evidence


def test_guess_is_not_certain() -> None:
    ctx = context("def f(m):\n    m.compile(1)\n    m.fit(2)\n    ask(m)")
    receiver = ctx.receiver(asked(ctx))
    assert isinstance(receiver, Receiver)
    assert not receiver.certain


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    package = tmp_path / "pkg"
    (package / "sub").mkdir(parents=True)
    for name, text in {
        "__init__.py": "from .base import Base\n",
        "base.py": (
            "from tensorflow import keras\nfrom tensorflow.keras import backend as K\n"
            "\nclass Base(keras.layers.Layer):\n    pass\n"
        ),
        "make.py": "from .base import keras\n\ndef build():\n    return keras.Sequential()\n",
        "loop.py": "from .loop2 import x\n",
        "loop2.py": "from .loop import x\n",
        "broken.py": "def (:\n",
        "sub/__init__.py": "",
        "utils/__init__.py": "import keras.utils\nfrom .loop import loop\n",
        "utils/keras.py": "def apply(layer, x):\n    return layer(x)\n",
        "utils/loop.py": "from keras.utils import plot_model as loop\n",
    }.items():
        (package / name).parent.mkdir(exist_ok=True)
        (package / name).write_text(text)
    return package


REPOSITORY = {
    "re-exported module": ("from pkg.base import K\nask(K.mean)", "keras.backend.mean"),
    "relative": ("from ..base import keras\nask(keras.Model)", "keras.Model"),
    "through a module": ("from pkg import base\nask(base.keras.Model)", "keras.Model"),
    "module of the name of a package": ("import pkg.utils.keras as ku\nask(ku.apply)", None),
    "function of the name of its module": ("from pkg.utils import loop\nask(loop)", "keras.utils.plot_model"),
    "circle": ("from pkg.loop import x\nask(x)", None),
    "broken file": ("from pkg.broken import x\nask(x)", None),
}


@pytest.mark.parametrize("case", REPOSITORY)
def test_names_of_the_repository(case: str, repository: Path) -> None:
    text, name = REPOSITORY[case]
    ctx = context(text, repository / "sub" / "x.py", Repository())
    assert ctx.name(asked(ctx)) == name


def test_bases_across_files(repository: Path) -> None:
    ctx = context(
        "from pkg import Base\nclass A(Base):\n    pass\n", repository / "sub" / "x.py", Repository()
    )
    statement = ctx.module.tree.body[1]
    assert isinstance(statement, ast.ClassDef)
    assert "keras.layers.Layer" in ctx.bases(statement)


def test_objects_across_files(repository: Path) -> None:
    ctx = context(
        "from pkg.make import build\nm = build()\nask(m)", repository / "sub" / "x.py", Repository()
    )
    assert ctx.isa(ctx.receiver(asked(ctx)), "keras.Model")


REGIONS = {
    "call of a layer": (
        "import keras\nclass A(keras.layers.Layer):\n    def call(self, x):\n        ask(x)",
        True,
    ),
    "helper of call": (
        "import keras\nclass A(keras.layers.Layer):\n    def call(self, x):\n"
        "        return self.h(x)\n    def h(self, x):\n        ask(x)",
        True,
    ),
    "unrelated method": (
        "import keras\nclass A(keras.layers.Layer):\n    def call(self, x):\n"
        "        return x\n    def h(self, x):\n        ask(x)",
        False,
    ),
    "loss": ("def loss(y_true, y_pred):\n    ask(y_true)", True),
    "given to compile": (
        "import keras\ndef l(a, b):\n    ask(a)\nm = keras.Sequential()\nm.compile(loss=l)",
        True,
    ),
    "lambda layer": ("import keras\nkeras.layers.Lambda(lambda x: ask(x))", True),
    "plain function": ("def f(x):\n    ask(x)", False),
    "other class": ("class A:\n    def call(self, x):\n        ask(x)", False),
}


@pytest.mark.parametrize("case", REGIONS)
def test_regions(case: str) -> None:
    text, inside = REGIONS[case]
    ctx = context(text)
    assert bool(ctx.keras_region(asked(ctx))) is inside


def test_names_that_other_files_import_stay(repository: Path) -> None:
    (repository / "common.py").write_text(
        "import tensorflow as tf\nfrom keras import backend as K\n\nm = tf.keras.Model, K.mean(1)\n"
    )
    (repository / "user.py").write_text(
        "from .common import (K,  # the backend\n    tf)\nfrom pkg.common import m\n"
    )
    (repository / "alone.py").write_text("import tensorflow as tf\n\nm = tf.keras.Model\n")
    shared = process(repository / "common.py", Options(), Repository())
    assert shared.new is not None
    assert b"import tensorflow as tf\n" in shared.new
    assert b"backend as K\n" in shared.new
    assert b"keras.Model" in shared.new
    alone = process(repository / "alone.py", Options(), Repository())
    assert alone.new == b"import keras\n\nm = keras.Model\n"


def test_the_first_parameter_of_a_static_method_is_no_object_of_the_class() -> None:
    text = (
        "import keras\n\n\nclass Own(keras.layers.Layer):\n{0}    def f(first):\n        return first.{1}\n"
    )
    method, static = (
        run(text.format(line, "add_variable('w')")).text for line in ("", "    @staticmethod\n")
    )
    assert "first.add_weight(" in method
    assert "first.add_variable('w')" in static
    assert "first.fit(x)" in run(text.format("    @staticmethod\n", "fit_generator(x)"), unsafe=True).text
