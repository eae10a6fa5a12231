"""What a plan says of a repository: the Keras it was written for, and what in it runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.report.compatibility.build import build
from migrate.report.compatibility.gather import gather
from migrate.repository.inventory import Runnable, runnable, runnable_lines, written_for

FILES = {
    "train.py": "import keras\nkeras.Sequential().fit(1)\n",
    "serve.py": "def main():\n    pass\n\n\nif __name__ == '__main__':\n    main()\n",
    "net.py": "import os\n\nSIZE = int('3')\n\n\ndef make():\n    print(SIZE)\n",
    "broken.py": "def (\n",
    "setup.py": "setup(name='x')\n",
    "tests/test_net.py": "def test_net():\n    pass\n",
    "tests/net_test.py": "import net\n\nnet.make()\n",
}


def write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def test_programs_are_files_that_do_something(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    assert runnable(tmp_path, sorted(FILES), ["a.ipynb"]) == Runnable(
        ("tests/net_test.py", "tests/test_net.py"), ("serve.py", "train.py"), ("a.ipynb",)
    )


def test_many_files_of_a_kind_are_counted() -> None:
    found = Runnable(programs=tuple(f"{n}.py" for n in range(6)), notebooks=("a.ipynb",))
    assert list(runnable_lines(found)) == [
        "6 programs: 0.py, 1.py, 2.py, 3.py, and 2 more",
        "1 notebooks: a.ipynb",
    ]


@pytest.mark.parametrize(
    ("pins", "source", "says"),
    [
        ("keras==2.0.5\n", "import keras\n", "about Keras 2.0.0 by its pins and source"),
        ("keras>=2.2.4,<2.3\n", "import keras\n", "about Keras 2.2.4 to 2.2.5 by its pins and source"),
        (
            "numpy\n",
            "from keras.layers import Dense\nDense(3, W_regularizer=None)\n",
            "about Keras 1.0.0 to 2.3.1 by",
        ),
        ("numpy\n", "import keras\n", ""),
    ],
)
def test_the_keras_of_a_repository(tmp_path: Path, pins: str, source: str, says: str) -> None:
    write(tmp_path, {"requirements.txt": pins, "net.py": source})
    found = written_for(tmp_path, build(gather(tmp_path)), ["net.py"])
    assert found.startswith(says)
    assert bool(found) == bool(says)
