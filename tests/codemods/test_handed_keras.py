"""Files that have Keras from another file of the project, and do not name it."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.options import Options
from codemods.run.runner import FileResult, run

HANDS = "from keras import backend\nimport keras.layers as KL\n"
AFTER = "from keras import ops\n\n\ndef total(x):\n    return ops.sum(x)\n"


def rewritten(folder: Path, text: str, **others: str) -> FileResult:
    """What becomes of ``pkg/sums.py`` beside ``pkg/backend.py``, which has imported Keras."""
    texts = {"sums": text, "backend": HANDS, "__init__": "", **others}
    (folder / "pkg").mkdir()
    (folder / "setup.py").write_text("")
    for name, given in texts.items():
        (folder / "pkg" / f"{name}.py").write_text(given)
    (result,) = run([folder / "pkg" / "sums.py"], Options())
    return result


@pytest.mark.parametrize(
    "imported",
    [
        "from .backend import backend as K",
        "from pkg.backend import (  # ours\n    backend as K,\n)",
        "from pkg.backend import KL, backend as K",
    ],
)
def test_they_are_rewritten_as_if_they_named_it(tmp_path: Path, imported: str) -> None:
    made = rewritten(tmp_path, f"{imported}\n\n\ndef total(x):\n    return K.sum(x)\n")
    assert made.error is None
    assert made.new is not None
    assert made.new.decode().endswith(AFTER.partition("\n")[2])
    assert b"from keras import ops\n" in made.new
    assert [finding.code for finding in made.findings] == ["BKD001"]


@pytest.mark.parametrize(
    "imported",
    [
        "from .backend import *\n\nK = backend",
        "from . import backend as B\n\nK = B.backend",
        "import pkg.backend\n\nK = pkg.backend.backend",
    ],
)
def test_through_a_star_or_a_module_they_have_it_too(tmp_path: Path, imported: str) -> None:
    made = rewritten(tmp_path, f"{imported}\n\n\ndef total(x):\n    return K.sum(x)\n")
    assert "BKD001" in [finding.code for finding in made.findings]


@pytest.mark.parametrize(
    "text",
    [
        "from .backend import own as K\n\n\ndef total(x):\n    return K.sum(x)\n",
        "from .numbers import backend as K\n\n\ndef total(x):\n    return K.sum(x)\n",
        "from .backend import backend\n\n\ndef total(K):\n    return K.sum(K)\n",
        "import numpy as np\n\n\ndef total(K):\n    return np.sum(K)\n",
    ],
)
def test_others_are_not_looked_at(tmp_path: Path, text: str) -> None:
    made = rewritten(tmp_path, text, numbers="import numpy as backend\n")
    assert (made.new, made.findings, made.error) == (None, (), None)
