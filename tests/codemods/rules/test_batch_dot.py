"""``K.batch_dot``: by its axes where they are given, else by the ranks that its arguments turn out to have."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed, run

HEAD = "from keras import backend as K\nfrom other import a, x, y\n\n"


def test_the_ranks_are_asked_for_where_they_are_known() -> None:
    outcome = run(f"{HEAD}\ndef weigh():\n    return K.batch_dot(x, y), K.batch_dot(y, x, None)\n")
    assert outcome.text.count("def keras2_batch_dot(x, y):") == 1
    assert "return keras2_batch_dot(x, y), keras2_batch_dot(y, x)" in outcome.text
    assert run(outcome.text).text == outcome.text


@pytest.mark.parametrize("first", ["K.batch_dot(y, x, axes=1)", "K.batch_dot(*a)", "K.dot(y, x)"])
def test_the_function_stands_above_the_first_that_uses_it(first: str) -> None:
    made = run(f"{HEAD}b = {first}\nc = K.batch_dot(x, y)\nd = K.batch_dot(y, x)\n").text
    assert made.count("def keras2_batch_dot") == 1
    assert made.index("b = ") < made.index("def keras2_batch_dot") < made.index("c = keras2_batch_dot(x, y)")


@pytest.mark.parametrize("axes", ["(1, 2)", "1", "a"])
def test_given_axes_are_those_of_dot(axes: str) -> None:
    check_transformed(
        f"{HEAD}K.batch_dot(x, y, axes={axes})\n",
        f"import keras\nfrom other import a, x, y\n\nkeras.layers.dot([x, y], axes={axes})\n",
    )


@pytest.mark.parametrize("call", ["K.batch_dot(*a)", "K.batch_dot(x, y, **a)", "K.batch_dot(x)"])
def test_what_cannot_be_told_is_left(call: str) -> None:
    check_noop(f"{HEAD}{call}\n", select=["BKD"], codes=["BKD003"])
