"""Layers of the project that lean on Keras 2: ``weights=``, several outputs, temporary files of models."""

from __future__ import annotations

from pathlib import Path

from codemods.names.repository import Repository
from codemods.options import Options
from codemods.run.runner import process
from codemods.testing import check_noop, check_transformed, run
from migrate.findings import Severity

CLASS = """\
import keras


class Table(keras.layers.Layer):
    def __init__(self, size, **kwargs):
        super(Table, self).__init__(**kwargs)
        self.size = size

    def build(self, input_shape):
        self.table = self.add_weight(shape=(self.size,), name="table")
        self.built = True
"""
CALL = "layer = Table(3, weights=[w])\n"


def test_a_class_in_another_file_is_given_what_it_lacks(tmp_path: Path) -> None:
    package, tests = tmp_path / "pkg", tmp_path / "tests"
    package.mkdir()
    tests.mkdir()
    (tmp_path / "pyproject.toml").touch()
    (package / "__init__.py").write_text("from .table import Table\n")
    (package / "table.py").write_text(CLASS)
    (tests / "test_table.py").write_text(f"from pkg import Table\nimport keras\n\nw = keras.Model\n{CALL}")
    made = process(package / "table.py", Options(), Repository())
    assert made.new is not None
    text = made.new.decode() if isinstance(made.new, bytes) else made.new
    assert '        self._initial_weights = kwargs.pop("weights", None)\n        super(Table' in text
    assert text.endswith(
        "        self.built = True\n        if self._initial_weights is not None:\n"
        "            self.set_weights(self._initial_weights)\n"
    )
    call = process(tests / "test_table.py", Options(), Repository())
    assert [(found.code, found.severity) for found in call.findings] == [("LAY115", Severity.INFO)]
    (package / "table.py").write_text(text)
    assert not process(tests / "test_table.py", Options(), Repository()).findings


def test_a_class_that_nobody_gives_weights_stays() -> None:
    check_noop(CLASS, codes=())


def test_a_class_without_build_is_a_finding_at_the_call() -> None:
    check_noop(CLASS.partition("    def build")[0] + CALL, codes=("LAY115",))


def test_a_build_that_returns_early_is_a_finding_at_the_call() -> None:
    early = CLASS.replace(
        "        self.table", "        if self.built:\n            return\n        self.table"
    )
    check_noop(early + CALL, codes=("LAY115",))


def test_an_embedding_takes_weights_as_before() -> None:
    check_noop(CLASS.replace("layers.Layer", "layers.Embedding") + CALL, codes=())


def test_one_output_needs_no_spec() -> None:
    head = "import keras\n\n\nclass Own(keras.layers.Embedding):\n    def compute_output_shape(self, input_shape):\n"
    check_noop(head + "        return (input_shape[0], 3)\n", codes=())
    check_noop(head + "        return [input_shape[0], 3]\n", codes=())


FUNCTION = """\
import os
import keras


def again(model, tmp_path):
    path = {path}
    model.save(path)
    {between}
    return keras.models.load_model(path)
"""


def test_temporary_files_whose_end_is_seen() -> None:
    for path in (
        'os.path.join(tmp_path, "m.h5")',
        'str(tmp_path / "m.h5")',
        'f"{tmp_path}/m.h5"',
        '"%s/m.h5" % tmp_path',
    ):
        before = FUNCTION.format(path=path, between="os.stat(path)")
        check_transformed(before, before.replace(".h5", ".keras"), unsafe=True, codes=("SAV014",))


def test_files_that_others_read_stay() -> None:
    check_noop(FUNCTION.format(path='"m.h5"', between="pass"), unsafe=True)
    for other in ("model.load_weights(path)", "h5py.File(path)", "shutil.copy(path, target)"):
        check_noop(FUNCTION.format(path='os.path.join(tmp_path, "m.h5")', between=other), unsafe=True)
    check_noop(
        FUNCTION.format(path='os.path.join(tmp_path, "m.h5")', between="path = model.name"), unsafe=True
    )


def test_a_configuration_of_something_else_is_a_finding() -> None:
    head = "import keras\n\n\ndef twin(model: keras.Model, other):\n"
    for config in (
        '{"class_name": other.__class__.__name__, "config": model.get_config()}',
        '{"class_name": "Functional", "config": model.get_config()}',
        "model.config",
    ):
        check_noop(f"{head}    return keras.models.model_from_config({config})\n", codes=("SAV006",))
    check_transformed(
        head + '    return keras.models.model_from_config({"class_name": type(model).__name__, '
        '"config": model.get_config()})\n',
        head + "    return model.__class__.from_config(model.get_config())\n",
    )


def test_a_file_of_weights_that_has_a_name() -> None:
    before = (
        "import os\nimport keras\n\n\ndef store(model: keras.Model, folder):\n"
        "    path = os.path.join(folder, 'gen.h5')\n    model.save_weights(path)\n    model.load_weights(path)\n"
    )
    check_transformed(before, before.replace("gen.h5", "gen.weights.h5"), unsafe=True, codes=("SAV003",))
    check_noop(before.replace("load_weights", "save"), unsafe=True, codes=())


def test_losses_that_are_forgotten() -> None:
    head = "import keras\n\n\nclass Own(keras.layers.Layer):\n    def {name}(self, x):\n"
    check_noop(head.format(name="build") + "        self.add_loss(self.f())\n", codes=("CUS033",))
    check_noop(head.format(name="call") + "        self.add_loss(x)\n        return x\n", codes=())


def test_private_members_of_layers() -> None:
    head = "import keras\n\n\nclass Own(keras.layers.Layer):\n    def all(self):\n"
    check_noop(head + "        return self._trainable_weights + self.extra\n", codes=("LAY110",))
    check_noop(head + "        self._updates = []\n        return self._updates\n", codes=())
    check_noop("import keras\n\n\ndef f(x):\n    return x._trainable_weights\n", codes=())


def test_a_metric_is_stateful_whatever_it_is_made_of() -> None:
    text = "import keras\n\n\nclass Own(keras.metrics.Metric):\n    pass\n\n\nassert {}.stateful\n"
    for made in ("Own()", "Own.from_config(config)", "keras.metrics.Mean()"):
        assert run(text.format(made)).text.endswith("assert True\n")
    for other in ("keras.layers.LSTM(2)", "own"):
        check_noop(text.format(other), codes=())
    check_noop(text.format("Own()") + "own.stateful = False\n", codes=())
