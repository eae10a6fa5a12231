"""Vocabularies that layers learned come back into their configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from migrate.formats.artifact import Format, LegacyArtifact, Writer
from migrate.formats.read import read
from migrate.formats.vocabulary import layers_without_vocabulary, restore_vocabularies
from tests.formats.makers import model


def lookup(class_name: str, **config: Any) -> dict[str, Any]:
    return {"class_name": class_name, "config": {"name": "l", "vocabulary": None, **config}}


def restored(layer: dict[str, Any], assets: dict[str, bytes] | None = None, **metadata: Any) -> Any:
    artifact = LegacyArtifact(Path("m"), "", Format.KERAS_ARCHIVE, Writer(), model("m", layer))
    artifact.assets, artifact.metadata = assets or {}, metadata
    restore_vocabularies(artifact)
    assert artifact.architecture is not None
    (found,) = artifact.architecture["config"]["layers"]
    return artifact.metadata.get("vocabularies_missing") or found["config"]["vocabulary"]


@pytest.mark.parametrize(
    ("layer", "file", "content", "expected"),
    [
        (lookup("StringLookup"), "l/vocabulary.txt", "[UNK]\nb\na", ["b", "a"]),
        (
            lookup("StringLookup", mask_token="-", num_oov_indices=2),
            "l/vocabulary.txt",
            "-\n[UNK]\n[UNK]\nb",
            ["b"],
        ),
        (lookup("StringLookup", mask_token="-", output_mode="count"), "l/vocabulary.txt", "[UNK]\nb", ["b"]),
        (lookup("StringLookup", num_oov_indices=0), "l/vocabulary.txt", "b\na", ["b", "a"]),
        (lookup("IntegerLookup", oov_token=-9), "l/vocabulary.txt", "-9\n4\n-2", [4, -2]),
        (
            lookup("TextVectorization"),
            "l/_lookup_layer/vocabulary.txt",
            "\n[UNK]\nthe\nsky\n",
            ["the", "sky"],
        ),
        (lookup("TextVectorization", output_mode="multi_hot"), "l/vocabulary.txt", "[UNK]\nthe", ["the"]),
    ],
)
def test_from_assets(layer: dict[str, Any], file: str, content: str, expected: list[Any]) -> None:
    assert restored(layer, {file: content.encode()}) == expected


@pytest.mark.parametrize(
    ("name", "table", "expected"),
    [
        ("l/lookup_table", {"keys": ["a", "b"], "values": [2, 1]}, ["b", "a"]),
        ("l/lookup_table", {"keys": [2, 1], "values": ["a", "b"]}, ["b", "a"]),
        ("l/_lookup_layer/lookup_table", {"keys": ["a"], "values": [1]}, ["a"]),
        ("l/lookup_table", {"asset": "v.txt"}, ["x", "y"]),
    ],
)
def test_from_tables(name: str, table: dict[str, Any], expected: list[str]) -> None:
    assert restored(lookup("StringLookup"), {"v.txt": b"x\ny\n"}, tables={name: table}) == expected


def test_a_given_vocabulary_stays() -> None:
    layer = lookup("StringLookup", vocabulary=["given"])
    assert restored(layer, {"l/vocabulary.txt": b"[UNK]\nother"}) == ["given"]


def test_a_vocabulary_that_the_file_lacks_is_named() -> None:
    assert restored(lookup("StringLookup")) == ["l"]


def test_inspection_names_what_is_missing(legacy_models: Path) -> None:
    artifact = LegacyArtifact(Path("m"), "", Format.CHECKPOINT, Writer(), model("m", lookup("StringLookup")))
    assert layers_without_vocabulary(artifact) == ["l"]
    for case in (
        "tf.keras-2.13/vocabularies-keras/model.keras",
        "tf.keras-2.15/vocabularies-savedmodel/saved_model",
    ):
        assert layers_without_vocabulary(read(legacy_models / case, values=False)) == []


def test_authentic_archives_and_saved_models_agree(legacy_models: Path) -> None:
    """The same layers, saved by 2.13 and 2.15 in assets and by 2.15 in table initialisers."""
    found = []
    for case in ("tf.keras-2.13/vocabularies-keras", "tf.keras-2.15/vocabularies-keras"):
        found.append(_vocabularies(legacy_models / case / "model.keras"))
    found.append(_vocabularies(legacy_models / "tf.keras-2.15/vocabularies-savedmodel/saved_model"))
    assert found[0] == found[1] == found[2]
    assert found[0]["lookup"] == ["blue", "red", "green"]
    assert len(found[0]["vectorize"]) == 10


def _vocabularies(path: Path) -> dict[str, Any]:
    architecture = read(path).architecture
    assert architecture is not None
    layers = architecture["config"]["layers"]
    return {
        layer["config"]["name"]: v for layer in layers if (v := layer["config"].get("vocabulary")) is not None
    }
