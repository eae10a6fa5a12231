"""What an edit changed, as far as its text says."""

from __future__ import annotations

import pytest

from migrate.workorders.edits import broken_promises, change, new_directives, new_outside_reads

OLD = """import keras


class One(keras.layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)

    def call(self, x):
        return x


def two(a, b=1):
    return a
"""


def test_comments_and_blank_lines_are_no_change() -> None:
    found = change(OLD, OLD.replace("        return x\n", "        # as it is\n\n        return x\n"))
    assert found.lines == ()
    assert found.parts == ()


def test_a_change_names_its_statement_and_lines() -> None:
    found = change(OLD, OLD.replace("        return x\n", "        y = x + 1\n        return y\n"))
    assert found.lines == (9, 10)
    assert [part.name for part in found.parts] == ["One"]


def test_what_a_branch_left_behind_counts_as_changed() -> None:
    old = OLD.replace("        return x\n", "        if x > 0:\n            return x\n        return -x\n")
    found = change(old, old.replace("if x > 0", "if len(x) > 64"))
    assert found.lines == (9, 10, 11)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("units=4", "units=8", "One.__init__ takes"),
        ("def two(a, b=1)", "def two(b, a=1)", "two takes"),
        ("def two(a, b=1)", "def two(a, b=1, c)".replace("c)", "*, c)"), "two takes"),
        ("def two", "def three", "two is gone"),
        ("    def call(self, x):\n        return x\n", "", "One.call is gone"),
    ],
)
def test_what_callers_rely_on_must_stay(old: str, new: str, why: str) -> None:
    assert old in OLD
    assert broken_promises(OLD, OLD.replace(old, new))[0].startswith(why)


def test_a_new_parameter_with_a_default_breaks_nothing() -> None:
    assert broken_promises(OLD, OLD.replace("def two(a, b=1)", "def two(a, b=1, c=None)")) == []


def test_silencing_comments_are_counted() -> None:
    assert new_directives(OLD, OLD.replace("return a", "return a  # keras-migrate: ignore[CUS012]")) == 1
    assert new_directives(OLD, f"# keras-migrate: skip-file\n{OLD}") == 1
    assert new_directives(OLD, OLD) == 0


@pytest.mark.parametrize(
    ("new", "names"),
    [
        ("return x * (__name__ == 'layers')", ["__name__"]),
        ("return x * len(type(self).__module__)", ["__module__"]),
        ("import os\n        return x * len(os.environ)", ["os"]),
        ("return keras.ops.relu(x)", []),
        ("return super().call(x)", []),
    ],
)
def test_an_edit_that_asks_where_it_runs_is_told(new: str, names: list[str]) -> None:
    assert new_outside_reads(OLD, OLD.replace("return x\n", f"{new}\n")) == names
