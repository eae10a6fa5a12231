"""Which public names of TensorFlow are gone: the table ``codemods/ecosystem/data/tensorflow.tsv``.

    python scripts/catalogue/tensorflow_names.py list > OLD.json             # with TensorFlow 2.15, and with 1.15
    python scripts/catalogue/tensorflow_names.py write OLD.json OLDER.json   # with the one that the tests run with

Everything below ``tf.keras`` is left out: ``catalogue/data`` has it. A module that is gone stands for all that was in
it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from functools import reduce
from pathlib import Path
from types import ModuleType

TABLE = Path(__file__).resolve().parents[2] / "codemods" / "ecosystem" / "data" / "tensorflow.tsv"
SKIPPED = frozenset(
    {
        *("tf.keras", "tf.compat.v1.keras"),  # in catalogue/data
        *(
            "tf.python",
            "tf.core",
            "tf.tools",
            "tf.compiler",
            "tf.tsl",
            "tf.include",
            "tf.lite.python",
        ),  # private
        *("tf.compat.v2", "tf.compat.v1.compat"),  # the same trees again
    }
)
KERAS_TREES = ("tf.losses.", "tf.metrics.", "tf.optimizers.", "tf.initializers.")
"""Other names for modules of ``tf.keras``."""
NOTES = {
    "tf.estimator": "train a keras.Model with fit",
    "tf.compat.v1.estimator": "train a keras.Model with fit",
    "tf.feature_column": "use keras.utils.FeatureSpace, or preprocessing layers in the model",
    "tf.compat.v1.feature_column": "use keras.utils.FeatureSpace, or preprocessing layers in the model",
    "tf.contrib": "tf.contrib was removed in TensorFlow 2.0; most of it is in Keras, the rest must be copied",
    "tf.compat.v1.layers": "use the class of the same name in keras.layers",
    "tf.layers": "use the class of the same name in keras.layers",
    "tf.get_default_graph": "Keras 3 runs without a graph: take its use away; where gradient_override_map replaces a "
    "gradient, give the layers a function with tf.custom_gradient as activation",
}


def names() -> set[str]:
    """Every public dotted name of the installed TensorFlow that can be read."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tensorflow as tf

    found: set[str] = set()
    work: list[tuple[str, ModuleType, tuple[int, ...]]] = [("tf", tf, ())]
    while work:
        prefix, module, above = work.pop()
        try:
            inside = dir(module)
        except ImportError:
            found.discard(prefix)  # a lazy module that this installation cannot give
            continue
        for name in inside:
            dotted = f"{prefix}.{name}"
            if name.startswith("_") or dotted in SKIPPED:
                continue
            try:
                value = getattr(module, name)
            except (ImportError, AttributeError):
                continue  # a lazy name that this installation cannot give is none
            found.add(dotted)
            if isinstance(value, ModuleType) and id(value) not in above and _is_api(value):
                work.append((dotted, value, (*above, id(module))))
    return found


def _is_api(module: ModuleType) -> bool:
    """Whether a module is one of the public tree, and not what an implementation imports."""
    where = vars(module)
    path = str(where.get("__file__") or "").replace(os.sep, "/")
    return "/_api/" in path or str(where.get("__name__", "")).startswith("tensorflow_estimator")


def lost(old: set[str], new: set[str], same: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Rows of the table: what is gone, without what lies below something that is gone, what to do, and its name now."""
    old = {name for name in old if not name.startswith(("tf.contrib.", *KERAS_TREES))}
    gone = {name for name in old - new if name.rpartition(".")[0] not in old - new}
    return [
        (name, note_of(name) or _in_version_1(name, new), same.get(_compat(name), ""))
        for name in sorted(gone)
    ]


def renamed(new: set[str]) -> dict[str, str]:
    """By the name of a function or class below ``tf.compat.v1``: the shortest public name of the very same object."""
    by_identity: dict[int, list[str]] = {}
    for name in sorted(new, key=lambda name: (len(name), name)):
        if not name.startswith("tf.compat."):
            by_identity.setdefault(id(_value(name)), []).append(name)
    values = {name: _value(name) for name in new if name.startswith("tf.compat.v1.")}
    return {
        name: by_identity[id(value)][0]
        for name, value in values.items()
        if callable(value) and id(value) in by_identity
    }


def _value(name: str) -> object:
    import tensorflow as tf

    return reduce(getattr, name.split(".")[1:], tf)


def _compat(name: str) -> str:
    return name.replace("tf.", "tf.compat.v1.", 1)


def _in_version_1(name: str, new: set[str]) -> str:
    return f"TensorFlow 1 code can use {_compat(name)}" if _compat(name) in new else ""


def note_of(name: str) -> str:
    """What to do about a name: the note of the nearest module above it that has one."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        note = NOTES.get(".".join(parts[:length]))
        if note:
            return note
    return ""


def main() -> None:
    """List the names of this environment, or write the table."""
    if sys.argv[1] == "list":
        print(json.dumps(sorted(names())))
        return
    old = {name for path in sys.argv[2:] for name in json.loads(Path(path).read_text("utf-8"))}
    new = names()
    rows = lost(old, new, renamed(new))
    TABLE.write_text("".join(f"{chr(9).join(row)}\n" for row in [("name", "note", "now"), *rows]), "utf-8")


if __name__ == "__main__":
    main()
