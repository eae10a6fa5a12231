"""Which releases of the package keras a project was written for that pins TensorFlow only."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.analysis import analyse
from codemods.files.source import Source
from codemods.names.repository import Repository
from codemods.options import Options
from codemods.rules._era import KERAS, releases

ALL = [str(release) for release in KERAS]


def known(folder: Path, pins: str, text: str = "import keras\n\nkeras.optimizers.SGD(lr=1)\n") -> list[str]:
    (folder / "setup.py").touch()
    (folder / "requirements.txt").write_text(pins)
    path = folder / "net.py"
    path.write_text(text)
    found = analyse.analyse(Source.read(path), Options(), Repository())
    return [str(release) for release in releases(found.context, "keras")]


@pytest.mark.parametrize(
    ("pins", "expected"),
    [
        ("tensorflow==1.4.1\n", ALL[:12]),
        ("tensorflow-gpu==1.12\n", ALL[:12]),
        ("tensorflow==1.13.2\n", ALL[:14]),
        ("tensorflow<2\n", ALL[:14]),
        ("tensorflow==2.1.0\n", ["2.3.0", "2.3.1"]),
        ("tensorflow==2.4.1\n", ALL[12:]),
        ("tensorflow==2.8.0\n", ["2.8.0"]),
        ("tensorflow>=2.13,<2.15\n", ["2.13.1", "2.14.0"]),
        ("tensorflow>=1.4\n", ALL),
        ("tensorflow>=2.16\n", ALL),
        ("numpy==1.16\n", ALL),
        ("keras==2.2.4\ntensorflow==1.15\n", ["2.2.4"]),
        ("keras>=2.2\ntensorflow==1.15\n", ["2.2.0", "2.2.2", "2.2.4", "2.2.5", "2.3.0", "2.3.1"]),
        ("keras==2.4.3\ntensorflow==1.15\n", ["2.4.3"]),
    ],
)
def test_tensorflow_bounds_what_runs_with_it(tmp_path: Path, pins: str, expected: list[str]) -> None:
    assert known(tmp_path, pins) == expected


def test_what_the_file_says_narrows_what_the_pins_leave(tmp_path: Path) -> None:
    text = "import keras\n\nkeras.optimizers.SGD(learning_rate=1)\n"
    assert known(tmp_path, "tensorflow==1.15\n", text) == ["2.3.0", "2.3.1"]


def test_a_file_that_contradicts_the_pins_leaves_every_release(tmp_path: Path) -> None:
    text = "import keras\n\nkeras.optimizers.SGD(learning_rate=1)\n"
    assert known(tmp_path, "tensorflow==1.12\n", text) == ALL
