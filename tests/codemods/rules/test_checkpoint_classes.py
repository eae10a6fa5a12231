"""Classes derived from ModelCheckpoint: what the base is given, and by which name the file stays known."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.files.discovery import Wanted, discover
from codemods.options import Options
from codemods.run.runner import run as run_files
from codemods.testing import check_noop, run

HEAD = "from tensorflow import keras\n\n\n"
CLASS = "class Keep(keras.callbacks.ModelCheckpoint):\n    def __init__(self, filepath, **kwargs):\n        {body}\n"


def body(text: str) -> str:
    """What becomes of a statement of the constructor."""
    outcome = run(HEAD + CLASS.format(body=text), unsafe=True)
    assert outcome.error is None
    return outcome.text.partition("**kwargs):\n")[2]


def test_the_base_is_given_a_path_that_it_takes() -> None:
    assert body("super().__init__(filepath, **kwargs)") == (
        '        super().__init__(checkpoint_path(filepath, kwargs.get("save_weights_only", False)), **kwargs)\n'
        '        if str(filepath).endswith(".hdf5") and not self.save_weights_only:\n'
        "            self.filepath = str(filepath)\n"
    )


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("filepath", "checkpoint_path(filepath)"),
        ("filepath, 'val_loss', 0, True, only", "checkpoint_path(filepath, only)"),
        ("filepath=filepath, save_weights_only=True", "checkpoint_path(filepath, True)"),
    ],
)
def test_whether_only_weights_are_written_is_asked_of_the_same_arguments(given: str, taken: str) -> None:
    assert taken in body(f"super().__init__({given})")


@pytest.mark.parametrize(
    ("path", "only", "taken"),
    [
        ("m.hdf5", False, "m"),
        ("m.keras", False, "m.keras"),
        ("m.h5", False, "m.h5"),
        ("best", False, "best.keras"),
        ("{epoch:02d}-{val_loss:.2f}", False, "{epoch:02d}-{val_loss:.2f}.keras"),
        ("m.weights.h5", True, "m.weights.h5"),
        ("m.h5", True, "m.weights.h5"),
        ("m.hdf5", True, "m.weights.h5"),
    ],
)
def test_the_path_that_the_helper_makes(path: str, only: bool, taken: str) -> None:
    text = run(HEAD + CLASS.format(body="super().__init__(filepath)"), unsafe=True).text
    helper = text[text.index("def checkpoint_path") : text.index("class Keep")]
    namespace: dict[str, object] = {}
    exec("import os\n" + helper, namespace)
    made = namespace["checkpoint_path"](path, only)  # type: ignore[operator]
    assert made == ("m.keras" if taken == "m" else taken)


def test_the_helper_is_written_once() -> None:
    text = HEAD + CLASS.format(body="super().__init__(filepath)")
    text += "\n\n" + CLASS.replace("Keep", "KeepToo").format(body="super().__init__(filepath)")
    new = run(text, unsafe=True).text
    assert new.count("def checkpoint_path") == 1
    assert run(new, unsafe=True).text == new


@pytest.mark.parametrize(
    "statement",
    [
        "super().__init__('best.keras', **kwargs)",
        "super().__init__(self.name_of(filepath), **kwargs)",
        "super().__init__(**kwargs)",
    ],
)
def test_a_path_of_the_class_itself_stays(statement: str) -> None:
    assert body(statement) == f"        {statement}\n"


def test_a_class_of_another_callback_stays() -> None:
    check_noop(
        "import keras\n\n\nclass Own(keras.callbacks.CSVLogger):\n    def __init__(self, filepath):\n"
        "        super().__init__(filepath)\n",
        unsafe=True,
        codes=(),
    )


def test_the_base_may_be_what_another_file_gives_to_the_function_that_makes_the_class(tmp_path: Path) -> None:
    package = tmp_path / "own"
    package.mkdir()
    (tmp_path / "setup.py").write_text("")
    made = '"""For Keras."""\n\n\ndef derive(parent):\n    class Keep(parent):\n'
    made += (
        "        def __init__(self, filepath):\n            super().__init__(filepath)\n\n    return Keep\n"
    )
    (package / "__init__.py").write_text(made)
    use = "from tensorflow import keras\n\nfrom own import derive\n\nKeep = derive({})\n"
    (package / "use.py").write_text(use.format("keras.callbacks.ModelCheckpoint"))

    def rewritten() -> str:
        results = run_files(discover([tmp_path], Wanted()), Options(unsafe=True))
        return next((r.new or b"").decode() for r in results if r.path.name == "__init__.py")

    assert "super().__init__(checkpoint_path(filepath))" in rewritten()
    (package / "use.py").write_text(use.format("keras.callbacks.CSVLogger"))
    assert rewritten() == ""
