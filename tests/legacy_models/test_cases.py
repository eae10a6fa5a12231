"""Every case folder is complete, truthful about its files, and small; outcomes of migration are tested elsewhere."""

from __future__ import annotations

import json
import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from migrate.formats.tfjs import shards_of
from tests.conftest import LEGACY_MODELS

LARGEST_FOLDER = 17_000_000
"""Bytes of all models, without the code that writes them: a checkout should not notice it."""
LARGEST_FILE = 280_000

STATUSES = {"migrated", "blocked", "unsafe", "failed", "skipped", "unverified"}
KINDS = {"h5", "h5+json", "h5+yaml", "keras", "saved_model", "checkpoint", "frozen_graph", "tfjs"}
FIELDS = {
    "case", "era", "keras", "tensorflow", "backend", "python", "artifact", "kind", "about", "expect", "rtol", "traits",
}  # fmt: skip
OPTIONAL = {"golden", "step", "architecture", "custom_objects", "source", "module", "inputs", "outputs", "from", "note"}
DAMAGED = "broken"

Case = tuple[Path, dict[str, Any]]
CASES: list[Case] = [
    (file.parent, json.loads(file.read_text(encoding="utf-8")))
    for file in sorted(LEGACY_MODELS.glob("*/*/case.json"))
]
COMPILED = [case for case in CASES if "step" in case[1]]
WHOLE = [case for case in CASES if case[1]["era"] != DAMAGED]


def identify(case: Case) -> str:
    """Era and case, as the name of a test."""
    return f"{case[0].parent.name}/{case[0].name}"


def arrays(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    """All arrays of an npz file; one that needs a pickle is an error."""
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def count(names: list[str], prefix: str) -> int:
    """How many of ``prefix/0``, ``prefix/1``, ... there are, without gaps."""
    numbers = sorted(int(name.split("/")[1]) for name in names if re.fullmatch(prefix + r"/\d+", name))
    assert numbers == list(range(len(numbers)))
    return len(numbers)


@pytest.mark.parametrize("case", CASES, ids=identify)
def test_description_is_complete(case: Case) -> None:
    folder, facts = case
    assert set(facts) >= FIELDS
    assert set(facts) <= FIELDS | OPTIONAL
    assert (facts["era"], facts["case"]) == (folder.parent.name, folder.name)
    assert facts["kind"] in KINDS
    assert facts["expect"]["status"] in STATUSES
    assert facts["expect"]["status"] == "migrated" or facts["expect"]["reason"]
    assert 0 < facts["rtol"] <= 0.05
    assert facts["traits"]
    assert facts["about"].endswith(".")


@pytest.mark.parametrize("case", CASES, ids=identify)
def test_files_are_those_described(case: Case) -> None:
    folder, facts = case
    named = {
        facts[key]
        for key in ("artifact", "golden", "step", "architecture", "custom_objects", "source", "module")
        if key in facts
    }
    if facts["kind"] == "tfjs":
        named |= {file.name for file in shards_of(folder / facts["artifact"])}
    for path in folder.iterdir():
        belongs = path.name in named | {"case.json"} or path.name.startswith(facts["artifact"] + ".")
        assert belongs or path.name == "checkpoint", path.name
    for name in named - {facts["artifact"]}:
        assert (folder / name).exists()
    artifact = folder / facts["artifact"]
    index = artifact.with_name(artifact.name + ".index")
    assert artifact.exists() or (facts["kind"] == "checkpoint" and index.is_file())


@pytest.mark.parametrize("case", CASES, ids=identify)
def test_numbers_are_recorded(case: Case) -> None:
    folder, facts = case
    if "golden" not in facts:
        assert facts["era"] == DAMAGED
        return
    golden = arrays(folder / facts["golden"])
    assert count(list(golden), "inputs") >= 1
    assert count(list(golden), "outputs") >= 1
    for name, array in golden.items():
        assert array.dtype.kind in "fiubcUS", name
        assert array.dtype.kind != "f" or np.isfinite(array).all(), name
        assert array.size, name
    if (
        facts["kind"] == "saved_model"
        and facts["era"] != DAMAGED
        and not {"export_saved_model", "no_serving_default"} & set(facts["traits"])
    ):
        assert any(name.startswith("signatures/serving_default/outputs/") for name in golden)


@pytest.mark.parametrize("case", COMPILED, ids=identify)
def test_a_step_was_recorded(case: Case) -> None:
    folder, facts = case
    step = arrays(folder / facts["step"])
    names = list(step)
    weights = count(names, "weights")
    assert weights == len(step["names"])
    assert count(names, "x") >= 1
    assert count(names, "y") >= 1


@pytest.mark.parametrize("case", WHOLE, ids=identify)
def test_bytes_are_what_the_kind_says(case: Case) -> None:
    folder, facts = case
    artifact = folder / facts["artifact"]
    if facts["kind"] in ("h5", "h5+json", "h5+yaml"):
        assert artifact.read_bytes()[:8] == b"\x89HDF\r\n\x1a\n"
    elif facts["kind"] == "keras":
        with zipfile.ZipFile(artifact) as archive:
            assert {"config.json", "metadata.json"} <= set(archive.namelist())
            assert json.loads(archive.read("metadata.json"))["keras_version"] == facts["keras"]
    elif facts["kind"] == "saved_model":
        assert (artifact / "saved_model.pb").is_file()


def test_whole_folder_is_small() -> None:
    found = (path for path in LEGACY_MODELS.rglob("*") if path.is_file())
    sizes = {path: path.stat().st_size for path in found if LEGACY_MODELS / "write" not in path.parents}
    assert sum(sizes.values()) < LARGEST_FOLDER
    assert {str(path) for path, size in sizes.items() if size > LARGEST_FILE} == set()


def test_every_era_and_kind_is_there() -> None:
    facts = [case[1] for case in CASES]
    eras = Counter(one["era"] for one in facts)
    assert {
        "keras-1.2.2", "keras-1.2.2-theano", "keras-2.0.8", "keras-2.2.4", "keras-2.2.4-theano", "keras-2.3.1",
        "tf.keras-1.13", "tf.keras-1.15", "tf.keras-2.0", "tf.keras-2.2", "tf.keras-2.4", "tf.keras-2.8",
        "tf.keras-2.11", "tf.keras-2.12", "tf.keras-2.13", "tf.keras-2.14", "tf.keras-2.15", "broken",
    } <= set(eras)  # fmt: skip
    assert {one["kind"] for one in facts} == KINDS
    archives = Counter(one["era"] for one in facts if one["kind"] == "keras" and one["era"] != DAMAGED)
    assert all(archives[f"tf.keras-2.{minor}"] >= 5 for minor in (12, 13, 14, 15))


def test_no_folder_lacks_its_description() -> None:
    eras = {folder.parent for folder, _ in CASES}
    bare = [folder for era in eras for folder in era.iterdir() if not (folder / "case.json").is_file()]
    assert bare == []
