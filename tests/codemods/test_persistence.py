"""What a first run leaves is found by the next one: a rewrite hides nothing that still has to be done."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import codemods.rules
from codemods.testing import run

EXAMPLES = Path(codemods.rules.__file__).parent / "examples"
PROGRAMS = sorted(path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.rglob("*.py"))
SETTLED = {
    "ECO002": "the file imports tf_keras by then, which is what the finding announced",
    "SAV004": "the path that was loaded is the one that another edit renamed",
}
"""Findings that edits of other rules answer."""


@pytest.mark.parametrize("unsafe", [False, True])
@pytest.mark.parametrize("program", PROGRAMS)
def test_what_is_left_is_found_again(program: str, unsafe: bool) -> None:
    first = run((EXAMPLES / program).read_text(encoding="utf-8"), unsafe=unsafe)
    again = Counter(finding.code for finding in run(first.text, unsafe=unsafe).findings)
    left = Counter(finding.code for finding in first.findings if not finding.applied)
    assert {code for code in left - again if code not in SETTLED} == set()


def test_a_loop_over_a_range_of_tensors_is_found_in_either_spelling() -> None:
    first = run(
        """
        import tensorflow as tf

        class Sum(tf.keras.layers.Layer):
            def call(self, inputs):
                total = inputs[:, 0]
                for step in tf.range(tf.shape(inputs)[1]):
                    total += inputs[:, step]
                return total
        """
    )
    assert "ops.arange(" in first.text
    assert "CUS030" in {finding.code for finding in run(first.text).findings}
