"""Modules of Keras that arrive as arguments: known by their form and by what is asked of them."""

from __future__ import annotations

from pathlib import Path

from codemods.options import Options
from codemods.run.runner import process
from codemods.testing import check_noop, check_transformed

HEAD = "# for keras and tf.keras\n"


def test_modules_from_keyword_arguments() -> None:
    check_transformed(
        HEAD + "def score(gt, pr, **kwargs):\n    backend = kwargs['backend']\n"
        "    pr = backend.cast(pr, backend.floatx())\n    return backend.sum(gt * pr, axis=1)\n",
        HEAD + "from keras import ops\ndef score(gt, pr, **kwargs):\n    backend = kwargs['backend']\n"
        "    pr = ops.cast(pr, backend.floatx())\n    return ops.sum(gt * pr, axis=1)\n",
        codes=["BKD001"],
    )


def test_modules_from_the_helper_of_keras_applications(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text(
        "def get_submodules_from_kwargs(kwargs):\n    return kwargs.values()\n"
    )
    text = (
        "# keras\nfrom helper import get_submodules_from_kwargs\n\nbackend = None\nlayers = None\n\n\n"
        "def block(x):\n    x = layers.LeakyReLU(alpha=0.1)(x)\n    return backend.int_shape(x)\n\n\n"
        "def Net(x, **kwargs):\n    global backend, layers\n"
        "    backend, layers, models, utils = get_submodules_from_kwargs(kwargs)\n"
        "    return models.Model(x, block(x))\n"
    )
    file = tmp_path / "net.py"
    file.write_text(text)
    result = process(file, Options())
    assert result.error is None
    assert result.new is not None
    new = text.replace("alpha=", "negative_slope=").replace("backend.int_shape(x)", "tuple(x.shape)")
    assert result.new.decode() == new


def test_something_else_under_the_name_stays() -> None:
    check_noop(
        HEAD + "def plot(x, **kwargs):\n    backend = kwargs.get('backend', 'agg')\n"
        "    backend.show_window(x)\n    return backend.mean(x)\n",
        codes=(),
    )
    check_noop(
        HEAD + "def f(x, kwargs):\n    backend = kwargs['backend']\n    return backend.mean(x)\n", codes=()
    )
