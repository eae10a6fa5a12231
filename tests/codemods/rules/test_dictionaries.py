"""TRN044: dictionaries of inputs and targets by name, given to a model or yielded to it, also from another file."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.options import Options
from codemods.run.runner import run
from codemods.testing import check_noop, check_transformed
from migrate.findings import Fix

MODEL = "import keras\n\nmodel = keras.Sequential()\n"
GENERATOR = (
    "class Rows:\n    def flow(self):\n        while True:\n            yield self.named(1, 2)\n\n"
    "    def named(self, x, y):\n        return {}\n"
)


@pytest.mark.parametrize(
    ("given", "becomes"),
    [
        ("fit({'input_1': x}, y)", "fit(x, y)"),
        ("fit({'dense_1_input': x}, y={'out': y})", "fit(x, y=y)"),
        ("fit(x, y, validation_data=({'input_2': x}, {'out': y}))", "fit(x, y, validation_data=(x, y))"),
        ("predict({'input_1': x})", "predict(x)"),
        ("train_on_batch({'input_1': [x]}, {'out': y})", "train_on_batch([x], y)"),
    ],
)
def test_one_entry_is_what_it_holds(given: str, becomes: str) -> None:
    before, after = f"{MODEL}model.{given}\n", f"{MODEL}model.{becomes}\n"
    check_transformed(before, after, codes=["TRN044"], unsafe=True)


@pytest.mark.parametrize(
    "line",
    [
        "model.fit({'picture': x}, y)",
        "model.fit({'input_1': x}, y)\nkeras.Input((1,), name='input_1')",
        "model.fit(x, {'a': y, 'b': y})",
        "model.fit(x, {'a': y})\nkeras.Model(x, {'a': y})",
        "model.fit(x, {'a': y})\nkeras.Model(inputs=x, outputs={'a': y})",
        "model.fit({key: x}, y)",
        "model.fit({**given}, y)",
        "rows.predict({'input_1': x})",
    ],
)
def test_what_keras_3_takes_stays(line: str) -> None:
    check_noop(f"{MODEL}{line}\n", select=["TRN044"], codes=[], unsafe=True)


def test_a_layer_of_its_own_that_returns_the_name_keeps_the_dictionary() -> None:
    text = "class Own(keras.Model):\n    def call(self, x):\n        return {'a': x}\n\n\nOwn().fit(1, {'a': 2})\n"
    check_noop(f"import keras\n\n\n{text}", select=["TRN044"], codes=[], unsafe=True)


@pytest.mark.parametrize(
    "line",
    [
        "model.fit({'input_1': x, 'input_2': z}, y)",
        "model.fit({'input_1': x}, y)\nbatch['input_1']",
        "model.fit(x, {'out': y})\nbatch.get('out')",
    ],
)
def test_what_only_a_person_can_decide_is_told(line: str) -> None:
    outcome = check_noop(f"{MODEL}{line}\n", select=["TRN044"], codes=["TRN044"], unsafe=True)
    assert [finding.fix for finding in outcome.findings] == [Fix.MANUAL]


def test_a_generator_of_an_object_of_the_file() -> None:
    before = GENERATOR.format("[{'input_1': x}, {'out': y}]") + f"\n\n{MODEL}model.fit(Rows().flow())\n"
    after = before.replace("[{'input_1': x}, {'out': y}]", "(x, y)")
    check_transformed(before, after, codes=["TRN018", "TRN044"], unsafe=True)


def project(folder: Path, trains: str) -> dict[str, str]:
    """The files of a project after the run, whose generators stand in a file without Keras."""
    (folder / "setup.cfg").write_text("")
    (folder / "data").mkdir()
    (folder / "data" / "__init__.py").write_text("")
    (folder / "data" / "rows.py").write_text(GENERATOR.format("[{'input_1': x}, {'out': y}]"))
    (folder / "train.py").write_text(trains)
    results = run(sorted(folder.rglob("*.py")), Options(unsafe=True))
    return {result.path.name: (result.new or b"").decode() for result in results}


@pytest.mark.parametrize(
    "trains",
    [
        "from data.rows import Rows\nfrom keras.models import load_model\n\nrows = Rows()\n"
        "load_model('a.keras').fit(rows.flow(), validation_data=rows.flow())\n",
        "import keras\nfrom data import rows\n\n\ndef train(model):\n    batches = rows.Rows().flow()\n"
        "    model.fit_generator(batches)\n",
    ],
)
def test_a_generator_in_a_file_without_keras(tmp_path: Path, trains: str) -> None:
    found = project(tmp_path, trains)
    assert found["rows.py"] == GENERATOR.format("(x, y)")


@pytest.mark.parametrize(
    "trains",
    [
        "import keras\nfrom data.rows import Rows\n\nfor x, y in Rows().flow():\n    print(x, y)\n",
        "import keras\nfrom data.rows import Rows\nfrom sklearn.svm import SVC\n\nSVC().fit(Rows().flow())\n",
        "import keras\nfrom other import Rows\n\nkeras.Sequential().fit(Rows().flow())\n",
        "import keras\nfrom data.rows import Rows\n\nkeras.Sequential().fit(Rows().named(1, 2))\n",
    ],
)
def test_what_no_model_is_given_stays(tmp_path: Path, trains: str) -> None:
    assert project(tmp_path, trains)["rows.py"] == ""
