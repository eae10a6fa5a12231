"""The branch: made of objects alone, on top of the last commit, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import socket
from pathlib import Path

import pytest

from migrate.findings import MigrationError
from migrate.repository.git import Checkout, Commit
from migrate.repository.snapshot import copy_tree, take, write_inside
from migrate.repository.state import STATE
from tests.repository.support import checkout, git, write

MODEL = Path(__file__).parents[2] / "demo" / "project" / "models" / "classifier.h5"
SAVED_MODEL = (
    Path(__file__).parents[2]
    / "legacy_models" / "tf.keras-2.8" / "input_named_in-savedmodel" / "saved_model" / "saved_model.pb"
)  # fmt: skip
COMMITS = [
    Commit("Rewrite\n\nWhy.\n", {"a.py": b"new\n", "sub/b.py": b"b\n"}),
    Commit("Remove\n", {"old.h5": None}),
]


def state_of(folder: Path) -> tuple[str, ...]:
    return tuple(
        git(folder, *words.split())
        for words in ("status --porcelain", "rev-parse HEAD", "ls-files -s", "branch")
    )


def opened(folder: Path) -> Checkout:
    found = Checkout.of(folder)
    assert found is not None
    return found


def test_a_branch_is_added_and_nothing_else_changes(tmp_path: Path) -> None:
    root = checkout(tmp_path / "r", {"a.py": "old\n", "old.h5": "x", "run.sh": "#!/bin/sh\n"})
    hook = "#!/bin/sh\ntouch ran\n"
    write(
        root, {f".git/hooks/{name}": hook for name in ("post-commit", "pre-commit", "reference-transaction")}
    )
    for file in (root / ".git" / "hooks").iterdir():
        file.chmod(0o755)
    before = state_of(root)
    head = opened(root).commit("new", COMMITS, tmp_path / "index")
    assert state_of(root)[:3] == before[:3]
    assert git(root, "rev-parse", "new") == head
    assert git(root, "log", "--format=%s", "new").split("\n") == ["Remove", "Rewrite", "first"]
    assert git(root, "show", "new:a.py") == "new"
    assert git(root, "ls-tree", "-r", "--name-only", "new").split() == ["a.py", "run.sh", "sub/b.py"]
    assert not (root / "ran").exists()
    assert not (tmp_path / "index").exists()


def test_a_folder_of_a_checkout_gets_its_own_paths(tmp_path: Path) -> None:
    root = checkout(tmp_path / "r", {"x/a.py": "old\n", "a.py": "other\n"})
    part = opened(root / "x")
    assert [file.path for file in part.files()] == ["a.py"]
    part.commit("new", COMMITS[:1], tmp_path / "index")
    assert git(root, "show", "new:x/a.py") == "new"
    assert git(root, "show", "new:a.py") == "other"


def test_a_branch_that_exists_is_not_moved(tmp_path: Path) -> None:
    root = checkout(tmp_path / "r", {"a.py": "old\n"})
    git(root, "branch", "new")
    there = git(root, "rev-parse", "new")
    assert opened(root).branch_exists("new")
    with pytest.raises(MigrationError, match="update-ref") as raised:
        opened(root).commit("new", COMMITS[:1], tmp_path / "index")
    assert raised.value.code == "REPO003"
    assert git(root, "rev-parse", "new") == there


@pytest.mark.parametrize("name", ["a b", "-x", "a..b", ""])
def test_a_name_that_git_does_not_take(name: str, tmp_path: Path) -> None:
    with pytest.raises(MigrationError):
        opened(checkout(tmp_path / "r", {"a.py": "old\n"})).branch_exists(name)


def test_modes_stay(tmp_path: Path) -> None:
    root = tmp_path / "r"
    write(root, {"a.py": "old\n"})
    (root / "a.py").chmod(0o755)
    checkout(root, {})
    opened(root).commit("new", COMMITS[:1], tmp_path / "index")
    assert git(root, "ls-tree", "new", "a.py").startswith("100755")


def test_no_checkout_is_none(tmp_path: Path) -> None:
    assert Checkout.of(tmp_path) is None
    git(tmp_path, "init", "-q")
    assert Checkout.of(tmp_path) is None  # nothing is committed yet
    checkout(tmp_path, {"a.py": "1\n", ".gitignore": "out\n"})
    write(tmp_path, {"out/b.py": "1\n"})
    assert Checkout.of(tmp_path / "out") is None  # it is below a checkout, and none of it is the checkout's
    assert Checkout.of(tmp_path) is not None


@pytest.mark.parametrize("name", ["a.py", "data.bin", "sub/notes.txt"])
def test_a_dirty_tree_is_refused(name: str, tmp_path: Path) -> None:
    root = checkout(tmp_path / "r", {"a.py": "old\n", "data.bin": "1", "sub/notes.txt": "1"})
    (root / name).write_text("changed")
    with pytest.raises(MigrationError, match="uncommitted") as raised:
        take(root, tmp_path / "copy")
    assert raised.value.code == "REPO001"
    assert name in raised.value.message


def test_the_copy_is_what_is_committed_and_the_models_beside_it(tmp_path: Path) -> None:
    model = MODEL.read_bytes()
    root = checkout(tmp_path / "r", {"a.py": "old\n", ".gitignore": "w\n"})
    write(root, {"notes.txt": "not committed\n", "w/own.h5": model, "w/own.golden.npz": b"x"})
    copy = tmp_path / "copy"
    snapshot = take(root, copy)
    files = sorted(path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file())
    assert files == [".gitignore", "a.py", "w/own.golden.npz", "w/own.h5"]
    assert snapshot.untracked == {"w/own.h5"}


def test_a_file_of_git_lfs_is_what_stands_in_the_checkout(tmp_path: Path) -> None:
    content = b"\x89HDF\r\n" * 100
    pointer = (
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{hashlib.sha256(content).hexdigest()}\n"
        f"size {len(content)}\n"
    )
    root = checkout(tmp_path / "r", {"net.h5": pointer})
    (root / "net.h5").write_bytes(content)
    take(root, tmp_path / "copy")
    assert (tmp_path / "copy" / "net.h5").read_bytes() == content
    (root / "net.h5").write_bytes(content + b"more")
    with pytest.raises(MigrationError):
        take(root, tmp_path / "copy")


def test_links_out_of_the_repository_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, {"secret": "s"})
    root = tmp_path / "r"
    write(root, {"a.py": "1\n"})
    (root / "in.py").symlink_to("a.py")
    (root / "out").symlink_to("../secret")
    (root / "absolute").symlink_to(tmp_path / "secret")
    checkout(root, {})
    snapshot = take(root, tmp_path / "copy")
    assert sorted(snapshot.left_out) == ["absolute", "out"]
    assert (tmp_path / "copy" / "in.py").read_text() == "1\n"
    assert not (tmp_path / "copy" / "out").is_symlink()


def test_a_plain_folder_is_copied_without_environments(tmp_path: Path) -> None:
    root = tmp_path / "r"
    write(
        root, {"a.py": "1\n", "build/data.bin": "1", ".venv/x.py": "1", "env/pyvenv.cfg": "", "env/x.py": "1"}
    )
    snapshot = take(root, tmp_path / "copy")
    assert snapshot.checkout is None
    found = sorted(
        p.relative_to(tmp_path / "copy").as_posix() for p in (tmp_path / "copy").rglob("*") if p.is_file()
    )
    assert found == ["a.py", "build/data.bin"]


def test_what_is_no_file_costs_nothing_but_itself(tmp_path: Path) -> None:
    """A copy would wait for a pipe, and end the command at a socket."""
    root = tmp_path / "r"
    write(root, {"a.py": "1\n", "sub/b.py": "2\n"})
    os.mkfifo(root / "sub" / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(root / "socket"))
        snapshot = take(root, tmp_path / "copy")
    assert snapshot.left_out == dict.fromkeys(["socket", "sub/pipe"], "a pipe, socket or device")
    assert (tmp_path / "copy" / "sub" / "b.py").is_file()


def test_a_pipe_in_an_artifact_beside_git_is_not_copied(tmp_path: Path) -> None:
    root = checkout(tmp_path / "r", {"a.py": "1\n"})
    write(root, {"saved/saved_model.pb": SAVED_MODEL.read_bytes()})
    os.mkfifo(root / "saved" / "pipe")
    assert take(root, tmp_path / "copy").untracked == {"saved"}
    assert [path.name for path in (tmp_path / "copy" / "saved").iterdir()] == ["saved_model.pb"]


def test_a_recording_beside_git_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    root = checkout(tmp_path / "r", {"a.py": "1\n"})
    write(tmp_path, {"private.npz": "secret"})
    write(root, {"net.h5": MODEL.read_bytes()})
    (root / "net.golden.npz").symlink_to(tmp_path / "private.npz")
    assert take(root, tmp_path / "copy").untracked == {"net.h5"}
    assert not (tmp_path / "copy" / "net.golden.npz").exists()


@pytest.mark.parametrize("there", [True, False])
def test_a_state_that_is_a_link_out_of_the_folder_is_not_written_through(there: bool, tmp_path: Path) -> None:
    root, victim = tmp_path / "r", tmp_path / "victim"
    write(root, {"a.py": "1\n"})
    if there:
        victim.write_text("mine")
    (root / STATE).parent.mkdir()
    (root / STATE).symlink_to(victim)
    take(root, tmp_path / "before")
    assert not (tmp_path / "before" / STATE).is_symlink()
    copy_tree(tmp_path / "before", tmp_path / "after")
    write_inside(tmp_path / "after", STATE, b"state")
    assert (victim.read_text() if there else victim.exists()) == ("mine" if there else False)


def test_a_file_of_a_copy_is_not_written_through_a_link(tmp_path: Path) -> None:
    after, elsewhere = tmp_path / "after", tmp_path / "elsewhere"
    elsewhere.mkdir()
    write(after, {"a.py": "1\n"})
    (after / "link").symlink_to("a.py")
    (after / "folder").symlink_to(elsewhere)
    write_inside(after, "link", b"2")
    assert ((after / "a.py").read_bytes(), (after / "link").read_bytes()) == (b"1\n", b"2")
    with pytest.raises(MigrationError, match="behind a link"):
        write_inside(after, "folder/new", b"3")
    assert not list(elsewhere.iterdir())
