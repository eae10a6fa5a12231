"""The documentation says what is: messages are real, commands exist, generated pages are what their data says."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import keras_migrate
from migrate.cli.main import COMMANDS, cli
from scripts import errors_page, matrix_page

ROOT = Path(__file__).parents[2]
PAGES = [
    path
    for path in sorted((ROOT / "docs").rglob("*.md"))
    if "rules" not in path.parts and "decisions" not in path.parts
]
PAGES.append(ROOT / "README.md")
LINE = re.compile(r"^(?:\$ )?(keras-migrate [^#|>&]*?)(?: {2,}.*)?(?:\s[#|>&].*)?$")


def commands(text: str) -> Iterator[list[str]]:
    """Commands of the tool in blocks of code, one a line, without what is piped or remarked."""
    for language, block in re.findall(r"^ *```(\w*)[^\n]*\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL):
        if language not in ("", "bash"):
            continue
        for line in block.replace("\\\n", " ").splitlines():
            if found := LINE.match(line.strip()):
                yield shlex.split(found[1])


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_every_command_of_a_page_exists_with_its_options(page: Path) -> None:
    for words in commands(page.read_text(encoding="utf-8")):
        if words[1].startswith("-") or words[1].isupper():
            continue
        assert words[1] in COMMANDS, words
        command = cli.get_command(click.Context(cli), words[1])
        assert command is not None
        with command.make_context(words[1], words[2:], resilient_parsing=True) as context:
            assert not context.args, words


def test_commands_are_found_in_the_pages() -> None:
    found = [words for page in PAGES for words in commands(page.read_text(encoding="utf-8"))]
    assert len(found) > 90
    assert len(list(commands((ROOT / "README.md").read_text(encoding="utf-8")))) >= 2
    assert {words[1] for words in found} >= {
        "models",
        "code",
        "report",
        "verify",
        "inspect",
        "scan",
        "status",
    }


def test_generated_pages_are_what_their_data_says() -> None:
    for module in (errors_page, matrix_page):
        assert module.PAGE.read_text(encoding="utf-8") == module.page(), "run make docs"


def test_fifty_messages_and_more() -> None:
    found = errors_page.entries()
    assert len(found) >= 50
    assert len({one["message"] for one in found}) >= len(found) - 3
    for one in found:
        assert one["cause"]
        assert one["command"].startswith("keras-migrate ")
        assert ("python" in one) is not ("load" in one)


@pytest.mark.parametrize(
    "entry", [one for one in errors_page.entries() if "python" in one], ids=lambda one: one["message"]
)
def test_the_command_for_a_message_of_source_finds_something(entry: dict[str, str]) -> None:
    found = keras_migrate.rewrite_source(entry["python"] + "\n")
    assert found.findings, "keras-migrate code says nothing about this source"


def test_the_command_for_a_message_of_loading_leads_on() -> None:
    for entry in (one for one in errors_page.entries() if "load" in one):
        file = ROOT / entry["load"]
        assert file.exists()
        case = next(folder / "case.json" for folder in file.parents if (folder / "case.json").exists())
        expected = json.loads(case.read_text(encoding="utf-8"))["expect"]["status"]
        if entry["command"] == "keras-migrate models FILE --out migrated":
            assert expected == "migrated", entry["load"]


PROVOKE = """
import json, sys
for one in json.load(sys.stdin):
    code = one.get("python") or f"import keras\\nkeras.saving.load_model({one['load']!r})"
    try:
        exec(code, {})
    except BaseException as error:
        print(json.dumps(f"{type(error).__name__}: {error}"), flush=True)
    else:
        print(json.dumps("nothing was raised"), flush=True)
"""


@pytest.mark.slow
def test_every_message_is_what_the_installed_keras_says(tmp_path: Path) -> None:
    found = errors_page.entries()
    given = [one | ({"load": str(ROOT / one["load"])} if "load" in one else {}) for one in found]
    done = subprocess.run(
        [sys.executable, "-c", PROVOKE],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={
            "PATH": "/usr/bin:/bin",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "CUDA_VISIBLE_DEVICES": "",
            "HOME": str(tmp_path),
        },
    )
    said = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('"')]
    assert len(said) == len(found)
    wrong = [
        (one["message"], text[:300])
        for one, text in zip(found, said, strict=True)
        if one["message"] not in text
    ]
    assert not wrong
