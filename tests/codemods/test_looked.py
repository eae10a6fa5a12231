"""Which files are looked into for islands, and which may import which."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.names.looked import Looked
from codemods.names.repository import Repository


@pytest.mark.parametrize(
    "statement",
    [
        "from pkg.layers import Own\n",
        "from .layers import Own\n",
        "from . import layers\n",
        "from . import (one,  # (two)\n    layers as l)\n",
        "from pkg \\\n    import layers\n",
        "import pkg.layers as l\n",
        "import one, pkg.layers as l\n",
        "if one: from pkg import layers\n",
        "try: import layers\nexcept ImportError: pass\n",
        "x = 1; from pkg import one, \\\n    layers\n",
    ],
)
def test_whoever_imports_is_among_those_that_may(statement: str) -> None:
    files = [(Path("pkg/a.py"), statement.encode()), (Path("pkg/b.py"), b"import os\nlayers = 1\n")]
    looked = Looked(lambda: files, lambda path: None)
    assert list(looked.may_import(Path("pkg/layers.py"))) == [Path("pkg/a.py")]


@pytest.mark.parametrize(
    "statement", ["from . import Own\n", "from .. import Own\n", "from pkg import Own\n", "import pkg\n"]
)
def test_the_names_of_a_package_are_imported_without_its_own(statement: str) -> None:
    files = [(Path("pkg/sub/a.py"), statement.encode()), (Path("other/b.py"), b"from . import Own\n")]
    looked = Looked(lambda: files, lambda path: None)
    assert list(looked.may_import(Path("pkg/__init__.py"))) == [Path("pkg/sub/a.py")]


def test_only_what_is_connected_with_a_use_is_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {
        "setup.py": "",
        "hubs.py": "import tensorflow_hub as hub\nfrom tensorflow import keras\n\n"
        'model = keras.Sequential([hub.KerasLayer("x")])\n',
        "train.py": "import hubs\nfrom tensorflow import keras\n\nkeras.Model(hubs.model.inputs, [])\n",
        "run.py": "from train import keras\n\nkeras.Model([], [])\n",
        **{
            f"apart{number}.py": "from tensorflow import keras\n\nkeras.Model([], [])\n"
            for number in range(9)
        },
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    parsed: list[str] = []
    load = Repository.load

    def noted(self: Repository, path: Path, source: object = None) -> object:
        parsed.append(path.name)
        return load(self, path)

    monkeypatch.setattr(Repository, "load", noted)
    islands = Repository().islands(tmp_path / "apart0.py")
    assert islands is not None
    held = {name for name in texts if islands.hold(tmp_path / name) is not None}
    assert held == {"hubs.py", "train.py"}
    assert {*parsed} <= {"hubs.py", "train.py", "run.py"}
    assert tmp_path / "apart3.py" in islands
