"""Constructors of optimizers, those of `legacy`, and the policies of mixed precision."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.options import Options
from codemods.run.runner import run as run_files
from codemods.testing import check_noop, check_transformed, run

HEAD = "import keras\nfrom other import x\n"
DECAY = "keras.optimizers.schedules.InverseTimeDecay"
SET_POLICY = "keras.mixed_precision.experimental.set_policy"


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        ("keras.optimizers.Adam(lr=x, learning_rate=x)\n", []),
        ("keras.optimizers.Adam(clipnorm=1.0, name='a')\n", []),
        ("keras.optimizers.Adam(clipnorm=1.0, clipvalue=None)\n", []),
        ("keras.optimizers.Adam(clipnorm=1.0, clipvalue=1.0)\n", ["OPZ111"]),
        ("keras.optimizers.Adam(epsilon=x)\n", []),
        ("keras.optimizers.legacy.Unknown\n", ["OPZ104"]),
        (f"{SET_POLICY}('a', 1)\n", ["OPZ108"]),
        (f"{SET_POLICY}('a', loss_scale=1)\n", ["OPZ108"]),
        ("keras.mixed_precision.Policy('mixed_float16')\n", []),
        ("keras.mixed_precision.Policy('float32', 'dynamic')\n", ["OPZ108"]),
        ("keras.mixed_precision.Policy('mixed_float16', 128)\n", ["OPZ108"]),
        ("keras.mixed_precision.Policy('mixed_float16', loss_scale=None)\n", ["OPZ108"]),
        ("keras.mixed_precision.Policy('mixed_float16', *x)\n", []),
    ],
)
def test_what_stays(lines: str, codes: list[str]) -> None:
    select = ["OPZ101", "OPZ103", "OPZ104", "OPZ108", "OPZ111", "OPZ113"]
    check_noop(HEAD + lines, unsafe=True, select=select, codes=codes)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Adam(lr=0.1)", "Adam(learning_rate=0.1)"),
        ("Adam(decay=0)", "Adam()"),
        ("Adam(decay=x)", f"Adam(learning_rate={DECAY}(0.001, 1, x))"),
        ("Adam(0.1, decay=x)", f"Adam({DECAY}(0.1, 1, x))"),
        ("Adam(learning_rate=0.1, decay=x)", f"Adam(learning_rate={DECAY}(0.1, 1, x))"),
        ("Adam(lr=0.1, decay=x)", f"Adam(learning_rate={DECAY}(0.1, 1, x))"),
        ("Adam(epsilon=None)", "Adam()"),
        ("legacy.Adam(0.1)", "Adam(0.1)"),
    ],
)
def test_constructors(before: str, after: str) -> None:
    select = ["OPZ101", "OPZ103", "OPZ104", "OPZ113"]
    texts = (f"{HEAD}keras.optimizers.{text}\n" for text in (before, after))
    check_transformed(*texts, unsafe=True, select=select)


@pytest.mark.parametrize("given", ["", "('a')"])
def test_policies(given: str) -> None:
    after = f"{HEAD}keras.mixed_precision.set_global_policy{given}\n"
    check_transformed(f"{HEAD}{SET_POLICY}{given}\n", after, select=["OPZ108"])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("'mixed_float16', 'dynamic'", "'mixed_float16'"),
        ("'mixed_float16', loss_scale='dynamic'", "'mixed_float16'"),
        ("'float32', loss_scale=None", "'float32'"),
    ],
)
def test_the_loss_scale_that_compile_takes_anyway_leaves_the_policy(before: str, after: str) -> None:
    old = f"import tensorflow as tf\n\ntf.keras.mixed_precision.experimental.Policy({before})\n"
    check_transformed(old, f"import keras\n\nkeras.mixed_precision.Policy({after})\n")


SETS = (
    "keras.callbacks.ReduceLROnPlateau()",
    "keras.callbacks.LearningRateScheduler(x)",
    "opt.learning_rate = x",
    "opt.learning_rate.assign(x)",
    "keras.backend.set_value(opt.learning_rate, x)",
)


@pytest.mark.parametrize("line", SETS)
def test_a_rate_that_is_set_cannot_be_a_schedule(line: str) -> None:
    text = f"{HEAD}opt = keras.optimizers.Adam(learning_rate=0.1, decay=x)\n{line}\n"
    outcome = check_noop(text, unsafe=True, select=["OPZ103"], codes=["OPZ103"])
    assert "which a schedule does not allow" in outcome.findings[0].message


@pytest.mark.parametrize("line", ["print(opt.learning_rate == x)", "agent.learning_rate = x"])
def test_a_rate_that_is_only_read_can_be_a_schedule(line: str) -> None:
    text = f"{HEAD}opt = keras.optimizers.Adam(learning_rate=0.1, decay=x)\n{line}\n"
    assert f"{DECAY}(0.1, 1, x)" in run(text, unsafe=True).text


@pytest.mark.parametrize(("imported", "sets"), [(True, True), (True, False), (False, True)])
def test_what_sets_the_rate_may_stand_in_another_file(tmp_path: Path, imported: bool, sets: bool) -> None:
    (tmp_path / "setup.py").write_text("")
    models = tmp_path / "models.py"
    models.write_text("import keras\nopt = keras.optimizers.Adam(learning_rate=0.1, decay=1e-6)\n")
    other = "from models import opt\n" if imported else ""
    (tmp_path / "train.py").write_text(
        f"import keras\n{other}keras.callbacks.{'ReduceLROnPlateau' if sets else 'History'}()\n"
    )
    (result,) = run_files([models], Options(unsafe=True))
    assert [finding.applied for finding in result.findings] == [not (imported and sets)]


def test_a_schedule_is_told_beside_the_name_of_the_rate() -> None:
    outcome = check_transformed(
        f"{HEAD}keras.optimizers.Adam(lr=0.1, decay=x)\n",
        f"{HEAD}keras.optimizers.Adam(learning_rate={DECAY}(0.1, 1, x))\n",
        unsafe=True,
        codes=["OPZ101", "OPZ103"],
    )
    assert all(finding.applied for finding in outcome.findings)


def test_code_that_stays_with_keras_2_keeps_its_rate() -> None:
    """tf-keras warns, and trains with 0.001."""
    before = "from keras.optimizers import Adam\n\na = Adam(lr=0.1)\n"
    after = "from tf_keras.optimizers import Adam\n\na = Adam(learning_rate=0.1)\n"
    check_transformed(before, after, target="tf_keras")


def test_the_legacy_optimizers_of_tf_keras_take_the_old_arguments() -> None:
    before = "from tensorflow import keras\n\na = keras.optimizers.legacy.Adam(lr=0.1, decay=0.01)\n"
    after = "import tf_keras as keras\n\na = keras.optimizers.legacy.Adam(lr=0.1, decay=0.01)\n"
    check_transformed(before, after, target="tf_keras", unsafe=True)
