"""Options are declared once, everything that tells a user to pass one names an option that there is, and a message says
something else than its hint."""

from __future__ import annotations

import ast
import difflib
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from migrate.cli.main import COMMANDS, cli
from migrate.pipeline.request import Options, decode_options, encode_options, flags

ROOT = Path(__file__).parents[2]
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
_COMMAND = re.compile(r"keras-migrate ([a-z]+)\b")
_CODE = re.compile(r"[A-Z]{3,4}\d{3}")
OTHERS = (
    "codemods/files/git.py",
    "migrate/own_code/history.py",
    "migrate/readers/environments.py",
    "migrate/repository/environments.py",
    "migrate/repository/git.py",
    "migrate/repository/suite.py",
    "migrate/wheels.py",
)
"""Speak the options of git, pip, XLA and pytest, and no user reads them."""
INTERNAL = {"--now", "--listen", "--handlers", "--owner", "--scratch", "--policy"}
"""Options of worker processes, on command lines that the project itself writes."""


def offered() -> set[str]:
    """Every option of every command."""
    context = click.Context(cli)
    found = {"--help", "--version"}
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        todo = [command]
        while todo:
            one = todo.pop()
            found |= {text for parameter in one.params for text in parameter.opts + parameter.secondary_opts}
            todo += one.commands.values() if isinstance(one, click.Group) else []
    return found


def texts() -> Iterator[tuple[str, str]]:
    """Every string of the product with its place, docstrings of modules included."""
    for package in ("migrate", "codemods"):
        for file in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield f"{file.relative_to(ROOT)}:{node.lineno}", node.value


def test_every_option_that_a_text_names_exists() -> None:
    known = offered() | INTERNAL
    wrong = [
        (place, name)
        for place, text in texts()
        if not place.startswith(OTHERS)
        for name in _OPTION.findall(text)
        if name not in known
    ]
    assert not wrong


def test_every_command_that_a_text_names_exists() -> None:
    prose = {"converts"}
    wrong = [
        (place, name)
        for place, text in texts()
        for name in _COMMAND.findall(text)
        if name not in COMMANDS and name not in prose
    ]
    assert not wrong


def said() -> Iterator[tuple[str, list[str]]]:
    """The sentences of every call that begins with a code, a message and its hint among them, with its place."""
    for package in ("migrate", "codemods", "keras_migrate"):
        for file in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and node.args and _CODE.fullmatch(_text(node.args[0])):
                    found = [text for text in map(_text, node.args[1:]) if " " in text]
                    yield f"{file.relative_to(ROOT)}:{node.lineno}", found


def _text(node: ast.expr) -> str:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)


def test_no_message_repeats_its_hint() -> None:
    calls = list(said())
    assert sum(len(sentences) > 1 for _, sentences in calls) > 200
    wrong = [
        (place, one, other)
        for place, sentences in calls
        for one, other in itertools.combinations(sentences, 2)
        if difflib.SequenceMatcher(None, one, other).ratio() > 0.7
    ]
    assert not wrong


def test_every_field_has_a_flag_that_the_command_takes() -> None:
    names = {flag.name for flag in flags().values()}
    assert len(names) == len(Options.__struct_fields__)
    assert names <= offered()


@pytest.mark.parametrize(
    "options",
    [
        Options(),
        Options(trust=True, tolerance=1e-4, input_shape="2,3", architecture="m.json", lift=True),
        Options(custom_objects=(Path("/a/b.py"),), serving=Path("/s"), keep_weights=True),
    ],
)
def test_options_travel_unchanged(options: Options) -> None:
    assert decode_options(encode_options(options), force=options.force) == options
    assert decode_options(encode_options(options), force=True).force
