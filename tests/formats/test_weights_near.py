"""Architectures and weights that belong together though their names or folders differ."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.formats.pairing import core, find_architecture, weights_near

SHARED = Path(__file__).resolve().parents[3] / "shared" / "user_code"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("model_x.json", "model_weights_x.h5"),
        ("x.json", "x_weights.h5"),
        ("model.json", "weights.h5"),
        ("x_config.json", "x.weights.h5"),
        ("Model_X.json", "model_weights_X.hdf5"),
    ],
)
def test_words_of_a_role_do_not_part_a_pair(one: str, other: str) -> None:
    assert core(one) == core(other)


def test_names_that_differ_stay_apart() -> None:
    assert len({core(name) for name in ("model_a.json", "model_b.json", "ab.json")}) == 3


def test_weights_are_seen_beside_and_below(tmp_path: Path) -> None:
    architecture = tmp_path / "model.json"
    architecture.write_text("{}")
    assert weights_near(architecture) == []
    for name in ("w.h5", "backup/chief/ckpt-2.index", "too/deep/for/it.h5", ".hidden/w.h5", "notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [path.relative_to(tmp_path).as_posix() for path in weights_near(architecture)] == [
        "w.h5",
        "backup/chief/ckpt-2.index",
    ]


def test_the_checkpoint_of_an_interrupted_fit_finds_the_architecture_above_its_folder() -> None:
    folder = SHARED / "u-distribute" / "backup_restore"
    if not folder.is_dir():
        pytest.skip("the folder of models with people's own code does not stand beside this checkout")
    assert find_architecture(folder / "backup" / "chief" / "ckpt-2.index") == folder / "model.json"
