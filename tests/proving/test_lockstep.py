"""A program in both worlds in lock-step: equal as it is rewritten, and each planted difference named with its line."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from codemods.target import Target
from migrate.findings import MigrationError
from migrate.proving.lockstep import LockStep, Reference, must_be_program, run_against, run_reference
from migrate.proving.trees import copied, line_in
from migrate.worlds.host.pool import Pool, Slot

VINEYARD = Path(__file__).resolve().parent / "projects" / "vineyard"
STEPS = 2
PLANTED = {
    "a changed momentum": (
        "network.py",
        "BatchNormalization(momentum=0.9)",
        "BatchNormalization(momentum=0.99)",
        "weight",
    ),
    "a reduction": (
        "train.py",
        "CategoricalCrossentropy()",
        'CategoricalCrossentropy(reduction="sum")',
        "loss",
    ),
    "the name of a metric": ("train.py", 'name="hits"', 'name="accuracy"', "metrics"),
    "a layer that thaws": ("network.py", "below.trainable = False", "below.trainable = True", "trainable"),
    "a swapped axis": ("network.py", "inputs * shares, axis=1", "inputs * shares, axis=2", "value"),
}


@pytest.fixture(scope="module")
def own_code_slot(pool: Pool) -> Iterator[Slot]:
    """One slot for all runs: that of the reference is compared with each of the others."""
    with pool.slot() as slot:
        yield slot
        slot.close()


@pytest.fixture(scope="module")
def reference(own_code_slot: Slot) -> Reference:
    # One more than it makes, so that what comes behind its training runs as well.
    return run_reference(VINEYARD, ["train.py", "--steps", str(STEPS)], STEPS + 1, own_code_slot)


Compare = Callable[..., LockStep]


@pytest.fixture
def run(reference: Reference, own_code_slot: Slot) -> Compare:
    return lambda after, out=None: run_against(reference, after, own_code_slot, out)


@pytest.fixture
def after(tmp_path: Path) -> Path:
    copied(VINEYARD, tmp_path / "after", Target.KERAS)
    return tmp_path / "after"


@pytest.mark.slow
def test_a_program_of_own_code_is_equal_in_every_step(run: Compare) -> None:
    found = run(None)
    assert found.parting is None
    assert found.equal
    assert found.steps == STEPS
    assert {"trainable", "layer", "loss", "gradient", "weight", "metric", "value"} <= found.compared.keys()


@pytest.mark.slow
@pytest.mark.parametrize("planted", sorted(PLANTED))
def test_a_planted_difference_in_own_code_is_named_with_its_line(
    planted: str, after: Path, run: Compare
) -> None:
    file, old, new, kind = PLANTED[planted]
    text = (after / file).read_text()
    assert text.count(old) == 1
    (after / file).write_text(text.replace(old, new))
    found = run(after, after.parent / "out")
    assert found.parting is not None
    assert found.parting.kind == kind, found.parting
    line = text[: text.index(old)].count("\n") + 1
    assert found.parting.site_after == f"{file}:{line}", found.parting
    original = (VINEYARD / file).read_text().splitlines()
    told, _, number = found.parting.site.rpartition(":")
    assert told == file
    assert (
        "trainable" in original[int(number) - 1]
        or old.split("(")[0].split(",")[0] in original[int(number) - 1]
    )
    assert (after.parent / "out" / "trace-legacy.jsonl").is_file()


@pytest.mark.slow
def test_steps_of_a_loop_with_a_tape_are_compared_and_a_difference_is_named(
    own_code_slot: Slot, after: Path, run: Compare
) -> None:
    reference = run_reference(VINEYARD, ["loop.py"], STEPS, own_code_slot)
    found = run_against(reference, None, own_code_slot)
    assert (found.equal, found.steps) == (True, STEPS)
    assert {"trainable", "layer", "loss", "gradient", "weight", "value"} <= found.compared.keys()
    text = (after / "loop.py").read_text()
    old = "learning_rate=0.01"
    assert text.count(old) == 1
    (after / "loop.py").write_text(text.replace(old, "learning_rate=0.02"))
    parted = run_against(reference, after, own_code_slot).parting
    assert parted is not None
    assert (parted.step, parted.kind) == (1, "weight")
    assert run(None).equal, "the reference that was made before is not the one that it was"


@pytest.mark.slow
def test_a_loop_over_layers_without_weights_yet_is_unproven(own_code_slot: Slot, tmp_path: Path) -> None:
    text = (VINEYARD / "loop.py").read_text()
    assert text.count("model = build()") == 1
    lazy = text.replace(
        "model = build()", "model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(3)])"
    )
    (tmp_path / "loop.py").write_text(lazy.replace("from network import build\n", ""))
    found = run_against(run_reference(tmp_path, ["loop.py"], STEPS, own_code_slot), None, own_code_slot)
    assert (found.steps, found.equal) == (0, False)
    assert "no training step" in found.unproven


@pytest.mark.slow
def test_a_program_of_own_code_that_raises_in_keras_3_is_named_with_its_line(
    after: Path, run: Compare
) -> None:
    text = (after / "train.py").read_text()
    (after / "train.py").write_text(text.replace('history.history["hits"]', 'history.history["hit"]'))
    found = run(after)
    assert found.parting is not None
    assert found.parting.kind == "raised"
    assert "KeyError" in found.parting.message
    assert (
        'history.history["hit"]'
        in (after / found.parting.site_after.split(":")[0])
        .read_text()
        .splitlines()[int(found.parting.site_after.split(":")[1]) - 1]
    )


def test_only_python_programs_of_the_folder_are_run() -> None:
    assert must_be_program(VINEYARD, ["python", "train.py", "--steps", "2"]) == ("train.py", "--steps", "2")
    assert must_be_program(VINEYARD, ["python3.11", "-m", "train"]) == ("-m", "train")
    for wrong in (
        [],
        ["make"],
        ["python"],
        ["python", "-m"],
        ["python", "absent.py"],
        ["bash", "-c", "true"],
    ):
        with pytest.raises(MigrationError) as refused:
            must_be_program(VINEYARD, wrong)
        assert refused.value.code == "PRV003"


def test_lines_are_told_in_the_program_as_written(tmp_path: Path) -> None:
    shutil.copytree(VINEYARD, tmp_path / "copy")
    text = (VINEYARD / "network.py").read_text()
    copy = tmp_path / "copy"
    (copy / "network.py").write_text(text.replace("import tensorflow as tf\n", ""))
    number = text[: text.index("below.trainable")].count("\n") + 1
    assert line_in(VINEYARD, copy, f"network.py:{number - 1}") == f"network.py:{number}"
    assert line_in(VINEYARD, copy, "absent.py:3") == "absent.py:3"


def test_a_copy_holds_nothing_of_what_lies_outside_of_the_folder(tmp_path: Path) -> None:
    """The program may read all of its copy, and belongs to somebody else."""
    root = tmp_path / "program"
    (root / "data").mkdir(parents=True)
    (root / "train.py").write_text("import keras\n")
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "key").write_text("secret")
    (root / "folder").symlink_to(tmp_path / "private")
    (root / "key").symlink_to("../private/key")
    (root / "same.py").symlink_to("train.py")
    os.mkfifo(root / "data" / "pipe")
    copied(root, tmp_path / "copy", Target.TF_KERAS_2)
    found = {path.relative_to(tmp_path / "copy").as_posix() for path in (tmp_path / "copy").rglob("*")}
    assert found == {"data", "same.py", "train.py"}
    assert (tmp_path / "copy" / "same.py").read_text() == (tmp_path / "copy" / "train.py").read_text()


@pytest.mark.parametrize(
    "site",
    [
        "/etc/passwd:1",
        "../private:1",
        "train.py:x",
        "train.py:",
        "pipe:1",
        "\0:1",
        "nowhere.py:3",
        "train.py:²",
    ],
)
def test_a_site_that_a_worker_makes_up_is_told_as_it_is(site: str, tmp_path: Path) -> None:
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        (folder / "train.py").write_text("import keras\n")
        os.mkfifo(folder / "pipe")
    (tmp_path / "private").write_text("secret\n")
    assert line_in(tmp_path / "a", tmp_path / "b", site) == site
