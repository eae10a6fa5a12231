"""Initializers that several weights share: which get seeds of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.options import Options
from codemods.run.runner import run as run_files
from codemods.testing import check_noop, check_transformed
from migrate.findings import Fix

HEAD = "import keras\nfrom other import f\n"
NORMAL = "init = keras.initializers.RandomNormal()\n"
DENSE = "keras.layers.Dense(2, kernel_initializer={0})\n"


@pytest.mark.parametrize(
    "uses",
    [
        DENSE + DENSE,
        "keras.layers.Dense(2, kernel_initializer={0}, bias_initializer={0})\n",
        f"for i in range(3):\n    {DENSE}",
        f"while f():\n    {DENSE}",
        f"def block():\n    return {DENSE}",
        f"block = lambda: {DENSE}",
        "[keras.layers.Dense(2, kernel_initializer={0}) for i in range(3)]\n",
        "f(init)\nkeras.layers.Dense(2, kernel_initializer={0})\n",
        "f({0}((3, 2)), {0}(shape=(3, 2)))\n",
    ],
)
def test_each_weight_gets_numbers_of_its_own(uses: str) -> None:
    before, after = (HEAD + NORMAL + uses.format(init) for init in ("init", "init.clone()"))
    check_transformed(before, after, unsafe=True, select=["LAY129"])


@pytest.mark.parametrize(
    "text",
    [
        "init: f = keras.initializers.RandomNormal()\n" + DENSE * 2,
        "class A:\n    def __init__(self):\n        self.{1}\n"
        "        f(kernel_initializer=self.{0}, bias_initializer=self.{0})\n",
        "class A:\n    def __init__(self):\n        self.{1}\n\n    def make(self):\n"
        "        return f(kernel_initializer=self.{0})\n",
    ],
)
def test_attributes_and_annotated_names_hold_initializers_as_well(text: str) -> None:
    before, after = (HEAD + text.format(init, NORMAL.rstrip()) for init in ("init", "init.clone()"))
    check_transformed(before, after, unsafe=True, select=["LAY129"])


def test_an_attribute_that_is_given_twice_stays() -> None:
    given = f"        self.{NORMAL}" * 2
    text = f"class A:\n    def __init__(self):\n{given}        f(a_initializer=self.init, b_initializer=self.init)\n"
    check_noop(HEAD + text, unsafe=True, select=["LAY129"], codes=[])


def test_a_seed_of_none_is_none() -> None:
    text = HEAD + "init = keras.initializers.HeNormal(None)\n" + DENSE * 2
    check_transformed(text.format("init"), text.format("init.clone()"), unsafe=True, select=["LAY129"])


@pytest.mark.parametrize(
    "text",
    [
        NORMAL + DENSE.format("init"),
        NORMAL + "f(init)\nf(init)\n",
        NORMAL + "f(x=init)\nf(x=init)\n",
        NORMAL + NORMAL + DENSE.format("init") * 2,
        NORMAL.replace("()", "(seed=3)") + DENSE.format("init") * 2,
        NORMAL.replace("()", "(0.0, 0.02, 3)") + DENSE.format("init") * 2,
        NORMAL.replace("()", "(**f())") + DENSE.format("init") * 2,
        NORMAL.replace("RandomNormal", "Zeros") + DENSE.format("init") * 2,
        "self.init = keras.initializers.RandomNormal()\n" + DENSE.format("init") * 2,
        "init = other = keras.initializers.RandomNormal()\n" + DENSE.format("init") * 2,
        "keras.initializers.RandomNormal()\n" + DENSE.format("init") * 2,
        f"def g():\n    {NORMAL}    return {DENSE.format('init')}",
        f"for i in range(3):\n    {NORMAL}    {DENSE.format('init')}",
        f"{NORMAL}\n\ndef g(init):\n    return [{DENSE.format('init')[:-1]}, {DENSE.format('init')[:-1]}]\n",
    ],
)
def test_other_initializers_stay(text: str) -> None:
    check_noop(HEAD + text, unsafe=True, select=["LAY129"], codes=[])


@pytest.mark.parametrize(
    ("pin", "fix"),
    [
        ("keras==2.2.4", Fix.SAFE),
        ("tensorflow==1.15", Fix.SAFE),
        ("keras==2.12.0", None),
        ("keras>=2.4,<2.13", Fix.UNSAFE),
    ],
)
def test_the_release_decides(tmp_path: Path, pin: str, fix: Fix | None) -> None:
    (tmp_path / "setup.py").touch()
    (tmp_path / "requirements.txt").write_text(f"{pin}\n")
    (tmp_path / "net.py").write_text(HEAD + NORMAL + DENSE.format("init") * 2)
    (outcome,) = run_files([tmp_path / "net.py"], Options(select=("LAY129",)))
    assert [finding.fix for finding in outcome.findings] == ([] if fix is None else [fix])


@pytest.mark.parametrize(("release", "fix"), [("2.4.0", Fix.SAFE), ("2.12.0", None)])
def test_the_release_of_tensorflow_decides_for_tf_keras(
    tmp_path: Path, release: str, fix: Fix | None
) -> None:
    (tmp_path / "setup.py").touch()
    (tmp_path / "requirements.txt").write_text(f"tensorflow=={release}\n")
    text = (HEAD + NORMAL + DENSE.format("init") * 2).replace("import keras", "from tensorflow import keras")
    (tmp_path / "net.py").write_text(text)
    (outcome,) = run_files([tmp_path / "net.py"], Options(select=("LAY129",)))
    assert [finding.fix for finding in outcome.findings] == ([] if fix is None else [fix])
