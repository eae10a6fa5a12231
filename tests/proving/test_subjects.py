"""Which definitions of a repository are proven, and what they are called with."""

from __future__ import annotations

from pathlib import Path

from migrate.proving.recipes import needs, recipes
from migrate.proving.run import Sources
from migrate.proving.subjects import Kind, Subject

BLOSSOM = Path(__file__).resolve().parent.parent / "codemods" / "projects" / "blossom"


def found(path: Path) -> dict[str, Subject]:
    return {subject.name: subject for subject in Sources(path).found()[0]}


def ways(path: Path, name: str) -> list[tuple[str, str]]:
    sources = Sources(path)
    return [(r.arguments, r.origin) for r in recipes(found(path)[name], sources.calls(), {})]


def test_definitions_of_a_repository_have_kinds() -> None:
    kinds = {name: subject.kind for name, subject in found(BLOSSOM).items()}
    assert kinds == {
        "AttentionPooling": Kind.LAYER,
        "Scale": Kind.LAYER,
        "focal_loss": Kind.BUILDER,
        "top_share": Kind.PAIR,
        "build_classifier": Kind.BUILDER,
        "build_tagger": Kind.BUILDER,
    }


def test_what_acts_is_left_out_with_its_reason() -> None:
    skipped = {entry.key.rpartition(":")[2]: entry.why for entry in Sources(BLOSSOM).found()[1]}
    assert skipped["train"] == "a procedure (it calls fit_generator)"
    assert skipped["Halve"] == "a callback acts on a running program"


def test_arguments_come_from_literal_uses_then_defaults() -> None:
    assert ways(BLOSSOM, "AttentionPooling") == [("4", "uses"), ("6", "uses"), ("", "defaults")]
    assert ways(BLOSSOM, "build_tagger") == [("words=20, length=6, classes=2", "uses")]


def test_a_class_of_a_class_of_the_repository_is_a_layer(tmp_path: Path) -> None:
    (tmp_path / "base.py").write_text("import keras\n\n\nclass Base(keras.layers.Layer):\n    pass\n")
    (tmp_path / "own.py").write_text(
        "from base import Base\n\n\nclass Own(Base):\n    pass\n\n\nclass Other:\n    pass\n"
    )
    assert found(tmp_path).keys() == {"Base", "Own"}


def test_tensors_are_no_arguments_of_a_recipe(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(
        "from keras.layers import Conv2D, Input\n\n\n"
        "def block(x, filters, name):\n    return Conv2D(filters, 3, name=name)(x)\n\n\n"
        "def net():\n    x = Input((8, 8, 3))\n    return block(x, 8, 'one')\n"
    )
    assert found(tmp_path)["block"].kind is Kind.BLOCK
    assert ways(tmp_path, "block") == [("8, 'one'", "uses")]


def test_usual_values_stand_for_required_arguments_and_unknown_ones_are_named(tmp_path: Path) -> None:
    (tmp_path / "layers.py").write_text(
        "import keras\n\n\n"
        "class One(keras.layers.Layer):\n    def __init__(self, units, rate, **kwargs):\n        pass\n\n\n"
        "class Two(keras.layers.Layer):\n    def __init__(self, oracle, **kwargs):\n        pass\n"
    )
    assert ways(tmp_path, "One") == [("units=4, rate=0.0", "usual values")]
    assert ways(tmp_path, "Two") == []
    assert needs(found(tmp_path)["Two"]) == ["oracle"]


def test_a_configuration_of_a_model_file_gives_arguments(tmp_path: Path) -> None:
    (tmp_path / "layers.py").write_text(
        "import keras\n\n\nclass One(keras.layers.Layer):\n    def __init__(self, oracle, **kwargs):\n        pass\n"
    )
    subject = found(tmp_path)["One"]
    made = recipes(subject, {}, {"One": {"name": "one", "oracle": 3, "trainable": True}})
    assert [(r.arguments, r.origin) for r in made] == [("oracle=3", "configuration")]
