"""Write ``custom_objects.py``: the registered functions and layers that a model needs beyond stock Keras.

Each piece is one self-contained file in ``modern/custom_objects``; the file beside a model holds just the pieces
that the model names.
"""

from __future__ import annotations

import json
from pathlib import Path

from migrate.capsule.model import Model
from migrate.capsule.store import encode_model

PIECES = Path(__file__).resolve().parents[1] / "modern" / "custom_objects"
PACKAGE = "keras_migrate"
_HEADER = '''"""Objects that this model needs beside stock Keras 3.

Import this file before keras.saving.load_model(...). It needs Keras alone.
"""

import keras

'''


def needed_pieces(model: Model) -> list[str]:
    """Names of the pieces that a model's configuration refers to as ``keras_migrate>NAME``."""
    text = json.dumps(encode_model(model))
    return sorted(p.stem for p in PIECES.glob("*.py") if f"{PACKAGE}>{p.stem}" in text)


def write_custom_objects(model: Model, folder: Path) -> Path | None:
    """Write the file into a folder; None when stock Keras suffices."""
    pieces = needed_pieces(model)
    if not pieces:
        return None
    bodies = [(PIECES / f"{name}.py").read_text(encoding="utf-8") for name in pieces]
    code = [body.split("import keras\n", 1)[1].strip("\n") for body in bodies]
    path = folder / "custom_objects.py"
    path.write_text(_HEADER + "\n" + "\n\n\n".join(code) + "\n", encoding="utf-8")
    return path
