"""Bytes, notebooks, documents, pins: what stands around the code keeps standing there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codemods.files.discovery import Wanted, discover
from codemods.files.kinds import kind_of
from codemods.files.source import Source, SourceError
from codemods.options import Options
from codemods.rules.api import Target
from codemods.run.notebooks import rewrite_notebook
from codemods.run.pins import rewrite_pins
from codemods.run.runner import process
from codemods.run.runner import run as run_files

BEFORE = "from tensorflow import keras\nm = keras.Sequential()  # \u00e9\n"
AFTER = "import keras\nm = keras.Sequential()  # \u00e9\n"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("head", "encoding", "bom"),
    [
        ("", "utf-8", b""),
        ("", "utf-8", b"\xef\xbb\xbf"),
        ("# -*- coding: latin-1 -*-\n", "latin-1", b""),
        ("#!/usr/bin/env python\n# vim: set fileencoding=cp1252 :\n", "cp1252", b""),
    ],
)
def test_encodings_line_ends_and_marks(
    tmp_path: Path, newline: str, head: str, encoding: str, bom: bytes
) -> None:
    file = tmp_path / "x.py"
    file.write_bytes(bom + (head + BEFORE).replace("\n", newline).encode(encoding))
    result = process(file, Options())
    assert result.error is None
    assert result.new == bom + (head + AFTER).replace("\n", newline).encode(encoding)


@pytest.mark.parametrize(
    "data", [b"# keras \xff\n", b"# -*- coding: nonsense -*-\n# keras\n", b"keras\x00", b"keras ("]
)
def test_what_cannot_be_read_is_an_error_of_the_file(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "x.py"
    file.write_bytes(data)
    result = process(file, Options())
    assert result.error
    assert result.new is None


def test_missing_file_is_an_error_of_the_file(tmp_path: Path) -> None:
    assert process(tmp_path / "none.py", Options()).error == "cannot read: No such file or directory"


def notebook(cells: list[str], indent: int = 1, *, listed: bool = True) -> str:
    document = {
        "cells": [{"cell_type": "markdown", "metadata": {}, "source": ["`tf.keras` \u00e9\n"]}]
        + [
            {
                "cell_type": "code",
                "execution_count": None,
                "metadata": {},
                "outputs": [{"text": "keras"}],
                "source": cell.splitlines(keepends=True) if listed else cell,
            }
            for cell in cells
        ],
        "metadata": {"kernelspec": {"name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, indent=indent, ensure_ascii=False) + "\n"


CELLS = [
    "!pip install tensorflow==2.3\n%matplotlib inline\nimport tensorflow as tf",
    "%%bash\nls tf.keras",
    "%%time\nm = tf.keras.Sequential()\nfiles = !ls\nm.summary?",
    "if m:\n    %timeit m.predict(1)\n    !echo \\\n      more\nm.x = '''\ntf.keras\n'''",
]
REWRITTEN = [
    "!pip install tensorflow==2.3\n%matplotlib inline\nimport keras",
    "%%bash\nls tf.keras",
    "%%time\nm = keras.Sequential()\nfiles = !ls\nm.summary?",
    CELLS[3],
]


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize("indent", [1, 2, 4])
def test_notebook_keeps_magics_and_layout(indent: int, listed: bool) -> None:
    source = Source(Path("n.ipynb"), notebook(CELLS, indent, listed=listed))
    outcome = rewrite_notebook(source, Options())
    assert outcome.error is None
    assert outcome.text == notebook(REWRITTEN, indent, listed=listed)
    assert {finding.message.split(":")[0] for finding in outcome.findings} == {"cell 4"}
    assert [finding.line for finding in outcome.findings] == [2]


def test_notebook_without_keras_keeps_its_bytes() -> None:
    text = notebook(["import os\n", "%ls"])
    assert rewrite_notebook(Source(Path("n.ipynb"), text), Options()).text == text


@pytest.mark.parametrize("text", ["", "{", "[]", '{"worksheets": []}'])
def test_what_is_no_notebook(text: str) -> None:
    with pytest.raises(SourceError):
        rewrite_notebook(Source(Path("n.ipynb"), text), Options())


MARKDOWN = """\
# Title

Use `tf.keras`:

```python
from tensorflow import keras
m = keras.Sequential()
```

1. A list

   ~~~py
   import tensorflow as tf
   m = tf.keras.Model
   ~~~

```python
>>> from tensorflow import keras
```

```sh
pip install keras==2.3
```
"""
RST = """\
Title
=====

.. code-block:: python
   :linenos:

   from tensorflow import keras

   m = keras.Sequential()

Text with ``tf.keras``.

.. code-block:: sh

   from tensorflow import keras
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_documents(tmp_path: Path, newline: str) -> None:
    file = tmp_path / "a.md"
    file.write_bytes(MARKDOWN.replace("\n", newline).encode())
    after = MARKDOWN.replace("from tensorflow import keras\nm", "import keras\nm")
    after = after.replace(
        "   import tensorflow as tf\n   m = tf.keras.Model", "   import keras\n   m = keras.Model"
    )
    result = process(file, Options())
    assert result.new == after.replace("\n", newline).encode()
    assert [finding.line for finding in result.findings] == [6, 14]
    file = tmp_path / "a.rst"
    file.write_bytes(RST.replace("\n", newline).encode())
    after = RST.replace("   from tensorflow import keras\n\n   m", "   import keras\n\n   m")
    assert process(file, Options()).new == after.replace("\n", newline).encode()


PINS = {
    "requirements.txt": ("keras==2.4.3  # old\nnumpy\n", "keras>=3  # old\nnumpy\n", ["PIN001"]),
    "requirements-dev.txt": (
        "Keras<3,>=2.3 ; python_version < '3.9'\n",
        "Keras>=3 ; python_version < '3.9'\n",
        ["PIN001"],
    ),
    "requirements/base.txt": ("tensorflow>=2.3,<2.6\n", "tensorflow>=2.16\n", ["PIN002"]),
    "constraints.txt": ("tensorflow-gpu==2.4\n", "tensorflow[and-cuda]>=2.16\n", ["PIN003"]),
    "pyproject.toml": (
        '[project]\nname = "keras"\ndependencies = [\n  "keras~=2.8",  # x\n'
        ']\n[tool.poetry.dependencies]\nkeras = "^2.4"\n',
        '[project]\nname = "keras"\ndependencies = [\n'
        '  "keras>=3",  # x\n]\n[tool.poetry.dependencies]\nkeras = ">=3"\n',
        ["PIN001", "PIN001"],
    ),
    "setup.cfg": (
        "[options]\ninstall_requires =\n    keras<2.10\n",
        "[options]\ninstall_requires =\n    keras>=3\n",
        ["PIN001"],
    ),
    "environment.yml": ("dependencies:\n  - keras=2.3.1\n", "dependencies:\n  - keras>=3\n", ["PIN001"]),
    "Dockerfile": (
        "# keras==2.1\nRUN pip install keras==2.3 \\\n    'tensorflow<2.4'\n",
        "# keras==2.1\nRUN pip install 'keras>=3' \\\n    'tensorflow>=2.16'\n",
        ["PIN001", "PIN002"],
    ),
    ".github/workflows/ci.yml": (
        "    - run: pip install keras==2.3\n",
        "    - run: pip install 'keras>=3'\n",
        ["PIN001"],
    ),
    "setup.py": (
        "setup(name='keras-x', install_requires=['keras==2.2', 'h5py'])\n",
        "setup(name='keras-x', install_requires=['keras>=3', 'h5py'])\n",
        ["PIN001"],
    ),
}


@pytest.mark.parametrize("name", PINS)
def test_pins(name: str) -> None:
    before, after, codes = PINS[name]
    source = Source(Path(name), before)
    outcome = rewrite_pins(source, Options(unsafe=True))
    assert outcome.text == after
    assert [finding.code for finding in outcome.findings] == codes
    again = rewrite_pins(Source(Path(name), after), Options(unsafe=True))
    assert (again.text, again.findings) == (after, ())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("setup.py", "extras_require={'tensorflow_gpu': ['tensorflow>=2.16']}\n"),
        ("setup.py", "extras_require={\n    'tensorflow-gpu' : ['tensorflow>=2.16'],\n}\n"),
        ("setup.py", "setup(name='tensorflow-gpu', keywords=['keras', 'tensorflow-gpu'])\n"),
        ("pyproject.toml", '"tensorflow-gpu" = ["tensorflow>=2.16"]\n'),
    ],
)
def test_the_name_of_an_extra_or_of_a_package_is_no_requirement(name: str, text: str) -> None:
    outcome = rewrite_pins(Source(Path(name), text), Options(unsafe=True))
    assert (outcome.text, outcome.findings) == (text, ())


def test_what_an_extra_asks_for_is_rewritten() -> None:
    before = "extras_require={'tensorflow_gpu': ['tensorflow-gpu>=1.14'], 'gpu': ['tensorflow-gpu']}\n"
    outcome = rewrite_pins(Source(Path("setup.py"), before), Options(unsafe=True))
    assert outcome.text.replace("tensorflow[and-cuda]>=2.16", "X") == (
        "extras_require={'tensorflow_gpu': ['X'], 'gpu': ['X']}\n"
    )


def test_a_file_that_writes_keras_with_a_capital_alone_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("numpy\nKeras==2.2.4\n")
    (result,) = run_files(discover([tmp_path], Wanted()), Options())
    assert result.new == b"numpy\nKeras>=3\n"


@pytest.mark.parametrize(
    "text",
    ["keras>=2.3\n", "keras\n", "# keras==2.2\n", "keras==2.2  # keras-migrate: ignore\n", "keras-tuner==1.0\n",
     "my-keras==2.0\n", "-r keras==2.txt\n", "keras>=2,<4\n", "tensorflow>=2.10\n"],
)  # fmt: skip
def test_pins_that_stay(text: str) -> None:
    outcome = rewrite_pins(Source(Path("requirements.txt"), text), Options(unsafe=True))
    assert (outcome.text, outcome.findings) == (text, ())


def test_tensorflow_pin_moves_only_when_asked() -> None:
    outcome = rewrite_pins(Source(Path("requirements.txt"), "tensorflow==2.4\n"), Options())
    assert outcome.text == "tensorflow==2.4\n"
    assert [(f.code, f.fix.value, f.applied) for f in outcome.findings] == [("PIN002", "unsafe", False)]


def test_staying_needs_tf_keras() -> None:
    outcome = rewrite_pins(
        Source(Path("requirements.txt"), "tensorflow>=2.16\n"), Options(target=Target.TF_KERAS_2)
    )
    assert [finding.code for finding in outcome.findings] == ["PIN005"]


@pytest.mark.parametrize("name", ["README.md", "notes.txt", "data.yml", "setup.txt"])
def test_other_files_hold_no_pins(name: str) -> None:
    assert kind_of(Path(name)) == ""


def test_a_cell_that_is_no_python_costs_that_cell() -> None:
    cells = ["print 'keras'\n", "from tensorflow import keras\n", "keras.layers.Dense(output_dim=3)"]
    outcome = rewrite_notebook(Source(Path("n.ipynb"), notebook(cells)), Options())
    assert outcome.error is None
    assert outcome.text == notebook([cells[0], "import keras\n", "keras.layers.Dense(units=3)"])
    assert [f.message.partition(":")[0] for f in outcome.findings if f.code == "ENV004"] == ["cell 2"]
    quiet = rewrite_notebook(Source(Path("n.ipynb"), notebook(["print 1\n", *cells[1:]])), Options())
    assert not [f for f in quiet.findings if f.code == "ENV004"]
