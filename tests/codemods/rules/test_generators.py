"""Generators for ``fit`` that yield several inputs."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed

LOOP = "import keras\n\nmodel = keras.Sequential()\n\n\n"
GENERATOR = "def batches(a, b, y):\n    while True:\n        {line}\n        yield {what}, y\n\n\n"
FIT = "model.fit(batches(a, b, y))\n"


def test_a_list_that_has_a_name() -> None:
    before = LOOP + GENERATOR.format(line="x = [a, b]", what="x") + FIT
    check_transformed(before, before.replace("yield x", "yield tuple(x)"), codes=("TRN018",), unsafe=True)


def test_a_method() -> None:
    before = (
        "import keras\n\n\nclass Job:\n    def batches(self):\n        yield [1, 2], 3\n\n"
        "    def run(self, model: keras.Model):\n        model.fit(self.batches())\n"
    )
    check_transformed(before, before.replace("[1, 2]", "(1, 2)"), codes=("TRN018",), unsafe=True)


@pytest.mark.parametrize(
    ("line", "what"),
    [("x = [a]", "x"), ("x = f(a)", "x"), ("x = [a, b]\n        x = f(x)", "x"), ("pass", "a")],
)
def test_what_may_be_one_input_stays(line: str, what: str) -> None:
    check_noop(LOOP + GENERATOR.format(line=line, what=what) + FIT, codes=(), unsafe=True)


WRAPPED = (
    "import keras\n\n\nclass Job:\n    def batches(self):\n        while True:\n            yield self.wrap(1)\n"
    "            yield self.wrap(2)\n\n    def wrap(self, x):\n        return {}\n\n"
    "    def run(self, model: keras.Model):\n        model.fit(self.{}())\n"
)


def test_a_batch_that_a_method_gives() -> None:
    before, after = (WRAPPED.format(batch, "batches") for batch in ("[x, x]", "(x, x)"))
    check_transformed(before, after, codes=("TRN018",), unsafe=True)


@pytest.mark.parametrize(("given", "fed"), [("[x, x]", "other"), ("[x]", "batches"), ("list(x)", "batches")])
def test_what_may_be_no_batch_stays(given: str, fed: str) -> None:
    check_noop(WRAPPED.format(given, fed), codes=(), unsafe=True)


def test_a_batch_that_another_object_gives_stays() -> None:
    text = WRAPPED.format("[x, x]", "batches").replace("self.wrap(", "self.source.wrap(")
    check_noop(text, codes=(), unsafe=True)
