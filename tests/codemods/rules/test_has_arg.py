"""`has_arg`: where it is called, and where it is only handed on."""

from __future__ import annotations

import inspect

import pytest

from codemods.rules.names.has_arg import _HELPER
from codemods.testing import check_noop, run

HEAD = "from keras.utils.generic_utils import has_arg\nfrom other import f\n\n"


def test_one_function_for_all_calls() -> None:
    made = run(f"{HEAD}x = has_arg(f, 'mask'), has_arg(f, name='a', accept_all=True)\n").text
    assert made.startswith("import inspect\nfrom other import f\n\n\ndef takes_argument(")
    assert made.count("def takes_argument") == 1
    assert made.endswith("x = takes_argument(f, 'mask'), takes_argument(f, name='a', accept_all=True)\n")


@pytest.mark.parametrize(
    "path",
    [
        "keras.utils.generic_utils",
        "tensorflow.python.keras.utils.generic_utils",
        "keras.wrappers.scikit_learn",
    ],
)
def test_wherever_it_came_from(path: str) -> None:
    outcome = run(f"from {path} import has_arg\n\nx = has_arg(print, 'sep')\n", select=["API008"])
    assert "x = takes_argument(print, 'sep')" in outcome.text
    assert [finding.applied for finding in outcome.findings] == [True]


def test_arguments_that_it_never_had_are_left_to_a_person() -> None:
    check_noop(f"{HEAD}x = has_arg(f, arg='mask')\n", select=["API008"], codes=["API008"])


def test_what_is_not_called_is_another_finding() -> None:
    check_noop(f"{HEAD}x = map(has_arg, f, 'ab')\n", codes=["API002"])


def test_the_function_tells_what_the_old_one_told() -> None:
    space: dict[str, object] = {"inspect": inspect}
    exec(_HELPER, space)
    takes = space["takes_argument"]
    assert callable(takes)

    def given(a: int, /, b: int, *c: int, d: int, **e: int) -> None: ...

    told = {name for name in "abcdex" if takes(given, name)}
    assert told == {"b", "d"}
    assert takes(given, "x", accept_all=True)
    assert not takes(lambda b: b, "x", accept_all=True)
