"""What expressions are worth is told from sources alone, and what only a run would tell is not."""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from migrate.own_code.repository import Repository
from migrate.own_code.scopes import sites_of
from migrate.own_code.values import Evaluator, Settings, UnknownValueError

MODULE = """\
    import argparse
    import os
    import config as C
    from shapes import *
    from tensorflow import flags

    WIDTH = 4
    FLAGS = flags.FLAGS
    flags.DEFINE_integer("units", 12, "how many")

    def parse():
        parser = argparse.ArgumentParser()
        parser.add_argument("-r", "--drop-rate", default="0.5", type=float)
        parser.add_argument("--layers", default="[64, 32]")
        parser.add_argument("--fast", action="store_true")
        return parser.parse_args()

    class Net:
        config = {"size": 3, "names": ["a"]}

        def __init__(self, path=None):
            if path is not None:
                self.config = load(path)
            self.width = WIDTH * 2
            mark(self.config["size"], self.width, self.lost)

    def inner(size, other=5):
        mark(size, other)

    def main():
        args = parse()
        layers = eval(args.layers)
        a, b = 1, os.getpid()
        mark(layers, args.drop_rate, args.fast, a, b, C.SHAPE, DEPTH + 1, FLAGS.units, 10 ** 10)
        inner(WIDTH + 1)
    """


@pytest.fixture
def evaluate(tmp_path: Path) -> Any:
    (tmp_path / "main.py").write_text(dedent(MODULE))
    (tmp_path / "config.py").write_text("SIZE = 8\nSHAPE = (SIZE, SIZE, 3)\n")
    (tmp_path / "shapes.py").write_text("DEPTH = 2\n")
    repository = Repository()
    repository.add(tmp_path / "main.py", tmp_path)
    sites = sites_of([repository.module(tmp_path / "main.py")])
    evaluator = Evaluator(repository, sites)

    def evaluate(number: int) -> list[Any]:
        site = sites["mark"][number]
        found = []
        for node in site.node.args:
            try:
                found.append(evaluator.value(node, site.scope))
            except UnknownValueError:
                found.append("unknown")
        return found

    return evaluate


def test_a_method_reads_the_attributes_of_its_class(evaluate: Any) -> None:
    assert evaluate(0) == [3, 8, "unknown"]


def test_parameters_are_what_calls_pass(evaluate: Any) -> None:
    assert evaluate(1) == [5, 5]


def test_arguments_of_a_command_line_are_their_defaults(evaluate: Any) -> None:
    assert evaluate(2) == [[64, 32], 0.5, False, 1, "unknown", (8, 8, 3), 3, 12, "unknown"]


def test_a_namespace_is_settings(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "from argparse import Namespace\nargs = Namespace(a=1, b=[2])\nuse(args)\n"
    )
    repository = Repository()
    sites = sites_of([repository.module(tmp_path / "a.py")])
    site = sites["use"][0]
    assert Evaluator(repository, sites).value(site.node.args[0], site.scope) == Settings({"a": 1, "b": [2]})


@pytest.mark.parametrize(
    "text", ["a + a", "open('x')", "[1][5]", "1 / 0", "-'a'", "f()", "x if y else z", "{**a}", "'a' * 10**9"]
)
def test_what_only_a_run_would_tell(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(f"a = a + 1\ndef f():\n    return f()\nuse({text})\n")
    repository = Repository()
    sites = sites_of([repository.module(tmp_path / "a.py")])
    with pytest.raises(UnknownValueError):
        Evaluator(repository, sites).value(ast.parse(text, mode="eval").body, sites["use"][0].scope)
