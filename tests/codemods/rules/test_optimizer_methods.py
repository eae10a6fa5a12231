"""Methods and attributes of optimizers: what they are called now, and what has no other name."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed

HEAD = "import keras\nfrom other import a, b, tape, x\nopt = keras.optimizers.Adam()\n"


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        ("def g(y):\n    y.lr\n", []),
        ("def g(y):\n    y.other.lr\n", []),
        ("opt.variables(1)\n", []),
        ("opt.variables(a=1)\n", []),
        ("opt.apply_gradients(x, other=1)\n", []),
        ("def g(y):\n    y.get_slot(x)\n", []),
        ("opt.minimize(a, b)\n", ["OPZ106"]),
        ("opt.minimize(tape=tape)\n", ["OPZ106"]),
        ("opt.minimize(a, tape=tape)\n", ["OPZ106"]),
        ("opt.minimize(a, b, tape=None)\n", ["OPZ106"]),
        ("opt.get_slot(x)\n", ["OPZ106"]),
        ("opt.add_variable_from_reference(a, 'b')\n", []),
        ("opt.add_variable_from_reference(model_variable=a, **x)\n", []),
        ("opt.add_variable_from_reference(model_variable=a, shape=b)\n", ["OPZ110"]),
        ("def g(y):\n    y.add_variable_from_reference(model_variable=a)\n", []),
        ("opt.add_variable(a)\n", []),
        ("opt.add_variable(a, b, a, b, a)\n", []),
        ("opt.add_variable(a, *b)\n", []),
        ("opt.add_variable(a, b, dtype=b)\n", []),
        ("def g(y):\n    y.add_variable(a, b)\n", []),
    ],
)
def test_what_stays(lines: str, codes: list[str]) -> None:
    select = ["OPZ102", "OPZ105", "OPZ106", "OPZ107", "OPZ110"]
    check_noop(HEAD + lines, unsafe=True, select=select, codes=codes)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("opt.lr", "opt.learning_rate"),
        ("def g(y):\n    y.optimizer.lr", "def g(y):\n    y.optimizer.learning_rate"),
        ("opt.variables()", "opt.variables"),
        ("opt.apply_gradients(x, name='a', other=1)", "opt.apply_gradients(x, other=1)"),
        ("opt.minimize(a, b, tape=tape)", "opt.apply_gradients(zip(tape.gradient(a, b), b))"),
        (
            "opt.add_variable_from_reference(model_variable=a, variable_name=b)",
            "opt.add_variable_from_reference(reference_variable=a, name=b)",
        ),
        ("opt.add_variable(a, b)", "opt.add_variable(a, dtype=b)"),
    ],
)
def test_what_changes(before: str, after: str) -> None:
    select = ["OPZ102", "OPZ105", "OPZ106", "OPZ107", "OPZ110"]
    check_transformed(f"{HEAD}{before}\n", f"{HEAD}{after}\n", unsafe=True, select=select)


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        ("opt.decay\n", ["OPZ103"]),
        ("opt.initial_decay\n", ["OPZ103"]),
        ("keras.Sequential().optimizer.decay\n", ["OPZ103"]),
        ("def g(y):\n    y.decay\n", []),
        ("opt.decay = x\n", []),
        ("class Own(keras.optimizers.Optimizer):\n    def g(self):\n        return self.decay\n", []),
    ],
)
def test_optimizers_have_no_decay(lines: str, codes: list[str]) -> None:
    check_noop(HEAD + lines, unsafe=True, select=["OPZ103"], codes=codes)
