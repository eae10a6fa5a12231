"""Code reads files by names that stand in it: those of its repository are brought, others are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.own_code.files import Place
from migrate.own_code.read_files import files_named, files_read


def read(root: Path, text: str) -> dict[str, Path]:
    return files_read(text, Place(root, root / "package" / "net.py", 1))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    (root / "package" / "data").mkdir(parents=True)
    for name in ("package/data/net.json", "package/near.txt", "near.txt", "outer.yaml", "package/other.py"):
        (root / name).write_text("{}")
    (tmp_path / "secret.json").write_text("{}")
    (root / "link.json").symlink_to(tmp_path / "secret.json")
    return root


def test_the_nearest_file_of_a_name_is_meant(root: Path) -> None:
    text = "a = open('./data/net.json'), open('near.txt'), f(path='outer.yaml')"
    assert read(root, text) == {
        "data/net.json": root / "package" / "data" / "net.json",
        "near.txt": root / "package" / "near.txt",
        "outer.yaml": root / "outer.yaml",
    }


@pytest.mark.parametrize(
    "name", ["../secret.json", "../../secret.json", "link.json", "other.py", "gone.json", "data"]
)
def test_nothing_outside_of_the_repository_and_no_code_is_brought(name: str, root: Path) -> None:
    assert read(root, f"open({name!r})") == {}
    assert read(root, f"open({str(root / 'outer.yaml')!r})") == {}


def test_a_file_that_is_large_is_not_copied(root: Path) -> None:
    with (root / "outer.yaml").open("wb") as file:
        file.truncate((16 << 20) + 1)
    assert read(root, "open('outer.yaml')") == {}


def test_what_code_may_read_is_named_without_reading_its_syntax(root: Path) -> None:
    net, notebook = root / "package" / "net.py", root / "read.ipynb"
    net.write_text(
        "a = open('./data/net.json'), open(\"near.txt\"), open('gone.json'), open('../secret.json')"
    )
    notebook.write_text(r"""{"cells": [{"source": ["open(\"outer.yaml\")", "open('link.json')"]}]}""")
    expected = ["near.txt", "outer.yaml", "package/data/net.json", "package/near.txt"]
    assert files_named(root, [net, notebook, root / "gone.py"]) == [root / name for name in expected]


def test_whatever_is_read_is_named(root: Path) -> None:
    net = root / "package" / "net.py"
    net.write_text("""f(open('data/net.json'), "it's", 'near.txt', x["a.b"], '''outer.yaml''')""")
    assert {*read(root, net.read_text()).values()} <= {*files_named(root, [net])}
