"""What the stock world does for old releases of Keras 3, told with a stand-in for Keras."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from migrate.worlds.host.worker import SERVE

HANDLERS = SERVE.parent.parent / "stock" / "any_backend.py"


def handlers(version: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The handlers above a Keras that has nothing but a version, and its functions on structures where they are."""
    tree = SimpleNamespace(flatten="flatten", pack_sequence_as="pack", unflatten_as="unflatten")
    home = {"3.0": "tree", "3.1": "keras.src.tree"}.get(version[:3])
    keras = ModuleType("keras")
    keras.__version__ = version  # type: ignore[attr-defined]
    if home is None:
        keras.tree = tree  # type: ignore[attr-defined]
    else:
        monkeypatch.setitem(sys.modules, home, tree)  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "keras", keras)
    monkeypatch.syspath_prepend(str(HANDLERS.parent))
    spec = importlib.util.spec_from_file_location("any_backend", HANDLERS)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("version", "copied"), [("3.0.5", True), ("3.1.1", True), ("3.2.1", False), ("3.15.1", False)]
)
def test_releases_that_open_archives_for_writing_get_a_copy(
    version: str, copied: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without one, 3.0 and 3.1 said ``Read-only file system`` of every archive, and ``--for all`` refused them all."""
    given, scratch = tmp_path / "model.keras", tmp_path / "scratch"
    given.write_bytes(b"archive")
    scratch.mkdir()
    opened = Path(handlers(version, monkeypatch)._to_open(str(given), scratch))
    assert opened == (scratch / "opened.keras" if copied else given)
    assert opened.read_bytes() == b"archive"


@pytest.mark.parametrize(
    ("version", "packed"), [("3.0.5", "unflatten"), ("3.1.1", "pack"), ("3.15.1", "pack")]
)
def test_structures_are_taken_from_where_a_release_has_them(
    version: str, packed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = handlers(version, monkeypatch)
    assert (module._flatten, module._packed_as) == ("flatten", packed)
