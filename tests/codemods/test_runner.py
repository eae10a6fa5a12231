"""Many files: one that is broken, and one that a rule breaks on, cost one file each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from codemods.analysis import scan
from codemods.analysis.scan import Dispatcher
from codemods.context import Context
from codemods.names.repository import Repository
from codemods.options import Options
from codemods.rules.api import Hook, Match, SourceRule
from codemods.run.runner import process, run
from migrate.cli.code import code
from migrate.findings import Severity

RULE = SourceRule("TST001", "test", "A rule of the tests.", Severity.ERROR)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """All rules but one replaced by one that raises for a call of ``trap``."""

    def check(node: object, context: Context) -> Iterator[Match]:
        if "trap" in context.source_file.text:
            raise KeyError("no parent")
        yield from ()

    visit = Hook(check, (RULE,), module=True)
    monkeypatch.setattr(scan, "dispatcher", lambda *to: Dispatcher([visit], *to))


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.chdir(tmp_path)
    named = {"a.py": "import keras\n", "b.py": "import keras\ntrap()\n", "c.py": "import keras\nkeras.x\n"}
    for name, text in named.items():
        (tmp_path / name).write_text(text)
    return [tmp_path / name for name in named]


@pytest.mark.usefixtures("broken")
def test_a_rule_that_raises_costs_one_file(files: list[Path]) -> None:
    results = list(run(files, Options()))
    assert [result.path for result in results] == files
    assert [result.crashed for result in results] == [False, True, False]
    error = results[1].error
    assert error is not None
    assert error.startswith("internal error: KeyError: 'no parent' (codemods/test_runner.py, line ")
    assert results[1].new is None
    assert [finding.code for finding in results[2].findings] == ["IMP010"]


@pytest.mark.usefixtures("broken")
def test_and_the_exit_status_says_so(files: list[Path]) -> None:
    answer = CliRunner().invoke(code, [".", "--format", "json"])
    document = json.loads(answer.stdout)
    assert answer.exit_code == 3
    assert [file["path"] for file in document["files"]] == ["b.py", "c.py"]
    assert document["files"][0]["error"].startswith("internal error")
    assert document["files"][1]["findings"]


def test_in_a_notebook_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("codemods.run.notebooks.rewrite_notebook", fail)
    file = tmp_path / "n.ipynb"
    file.write_text('{"cells": [], "x": "keras"}')
    result = process(file, Options())
    assert result.crashed
    assert result.error is not None
    assert "ZeroDivisionError (codemods/test_runner.py" in result.error


def test_parsed_files_are_let_go_between_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "pkg"
    package.mkdir()
    (tmp_path / "setup.py").write_text("")
    (package / "__init__.py").write_text("")
    files = []
    for number in range(6):
        file = package / f"m{number}.py"
        above = f"from .m{number - 1} import Own as Base\n" if number else "Base = keras.layers.Layer\n"
        file.write_text(
            f"import keras\n{above}\n\nclass Own(Base):\n    def build(self, s):\n"
            "        self.add_weight('w', shape=(3,))\n"
        )
        files.append(file)
    whole = [(result.new, result.findings) for result in run(files, Options())]
    assert all(b"name='w'" in (new or b"") for new, _ in whole)
    held: list[int] = []
    trim = Repository.trim

    def watched(self: Repository, keep: Path | None = None) -> None:
        trim(self, keep)
        held.append(len(self._modules))

    monkeypatch.setattr("codemods.names.repository._HELD", 2)
    monkeypatch.setattr(Repository, "trim", watched)
    assert [(result.new, result.findings) for result in run(files, Options())] == whole
    assert max(held) <= 2
    monkeypatch.setattr("codemods.names.repository._HELD", 400)  # those parsed last stay
    assert [(result.new, result.findings) for result in run(files, Options())] == whole


def test_the_files_that_were_parsed_first_leave_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [tmp_path / f"m{number}.py" for number in range(6)]
    for file in files:
        file.write_text("import keras\n" * 10)
    repository = Repository()
    modules = [repository.load(file) for file in files]
    monkeypatch.setattr("codemods.names.repository._HELD", 600)
    repository.trim(keep=files[0])
    assert all(modules)
    held = [
        module is not None and repository.holds(module, f) for f, module in zip(files, modules, strict=True)
    ]
    assert held == [True, False, False, False, False, True]
    repository.trim()
    assert repository.load(files[0]) is modules[0]


def test_and_while_islands_are_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "setup.py").write_text("")
    texts = {
        "a.py": "import tensorflow_addons as tfa\nfrom b import Own\nx = [tfa.layers.GELU(), Own(2)]\n",
        "b.py": "from tensorflow import keras\nfrom c import Base\n\n\nclass Own(Base):\n    pass\n",
        "c.py": "from keras.layers.core import Dense\n\n\nclass Base(Dense):\n    pass\n",
        "d.py": "from keras.layers.core import Dense\nfrom c import Base\nx = Base(output_dim=2)\n",
        "e.py": "from keras.layers.core import Dense\nx = Dense(output_dim=2)\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    files = sorted(tmp_path.glob("*.py"))
    whole = [(result.new, result.findings, result.error) for result in run(files, Options())]
    assert whole[4][0] is not None
    assert any(finding.code.startswith("ECO") for _, findings, _ in whole for finding in findings)
    monkeypatch.setattr("codemods.names.repository._HELD", 2)
    assert [(result.new, result.findings, result.error) for result in run(files, Options())] == whole


def test_a_relative_path_is_no_other_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Islands are looked for from the folder of the project, which lies above that of the scripts."""
    texts = {
        "setup.py": "",
        "scripts/hubs.py": "import tensorflow_hub as hub\nfrom tensorflow import keras\n\n"
        'model = keras.Sequential([hub.KerasLayer("x")])\n',
        "scripts/train.py": "from tensorflow import keras\nfrom hubs import model\n\n"
        "keras.Model(model.inputs, keras.layers.Dense(1)(model.output))\n",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    given = [Path(name) for name in texts]
    near = list(run(given, Options()))
    whole = list(run([tmp_path / name for name in texts], Options()))
    assert [result.path for result in near] == given
    assert [(item.new, item.findings) for item in near] == [(item.new, item.findings) for item in whole]
    assert near[2].new is not None
    assert near[2].new.startswith(b"import tf_keras as keras\n")
