"""What git is asked for: the files of the last commit, and a branch made without touching checkout or index.

Commits are made of objects: nothing that a repository configures runs (no hooks, no filters), the user's index,
checkout and ``HEAD`` stay, and the branch appears by one update of its reference when all is done.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from codemods.files.git import LFS_POINTER, QUIET, ask, contents, environment, program, uncommitted
from migrate.findings import MigrationError

_NOBODY = {
    "GIT_AUTHOR_NAME": "keras-migrate",
    "GIT_AUTHOR_EMAIL": "keras-migrate@localhost",
    "GIT_COMMITTER_NAME": "keras-migrate",
    "GIT_COMMITTER_EMAIL": "keras-migrate@localhost",
}
"""Whom commits are by where git knows no name of the user."""


@dataclass(frozen=True, slots=True)
class TrackedFile:
    """A file of the last commit; ``path`` is relative to the folder that was asked about."""

    path: str
    mode: str
    blob: str


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit to make: file contents by path, None for a file that goes, and the message."""

    message: str
    files: Mapping[str, bytes | None]


class Checkout:
    """A folder of a checkout.

    Args:
        git: the program.
        folder: the folder.
        prefix: its path from the top, with a slash at its end; empty for the top.
        head: the last commit.
    """

    def __init__(self, git: str, folder: Path, prefix: str, head: str) -> None:
        self._git, self._folder, self._prefix, self.head = git, folder, prefix, head

    @classmethod
    def of(cls, folder: Path) -> Checkout | None:
        """The checkout that holds a folder; None outside of one, without git, and where nothing of it is committed."""
        git = program()
        if git is None:
            return None
        prefix = ask(git, folder, ["rev-parse", "--show-prefix"])
        head = ask(git, folder, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])
        if prefix is None or head is None:
            return None
        found = cls(git, folder, os.fsdecode(prefix.rstrip(b"\n")), head.decode().strip())
        return found if found.files() else None

    def uncommitted(self) -> str | None:
        """The first tracked file that differs from the last commit; None when all is committed."""
        return uncommitted(self._folder, every_file=True)

    def files(self) -> list[TrackedFile]:
        """Every file of the last commit below the folder; links to other repositories are left out."""
        listed = self._run(["ls-tree", "-r", "-z", "--full-tree", self.head, "--", self._prefix or "."])
        found = []
        for line in filter(None, listed.split(b"\0")):
            head, _, name = line.partition(b"\t")
            mode, kind, blob = head.decode().split(" ")
            if kind == "blob":
                found.append(TrackedFile(os.fsdecode(name).removeprefix(self._prefix), mode, blob))
        return found

    def contents(self, files: Sequence[TrackedFile]) -> Iterator[tuple[TrackedFile, bytes]]:
        """Files as git keeps them; of one that git-lfs keeps what stands in the checkout. One that is missing in the
        store of a partial clone is left out."""
        found = contents(self._git, self._folder, (file.blob for file in files))
        for file, data in zip(files, found, strict=True):
            if data is None:
                continue
            own = self._folder / file.path
            yield file, own.read_bytes() if data.startswith(LFS_POINTER) and own.is_file() else data

    def branch_exists(self, branch: str) -> bool:
        """Whether there is a branch of this name.

        Raises:
            MigrationError: ``REPO003`` where git takes no branch of this name.
        """
        if ask(self._git, self._folder, ["check-ref-format", "--branch", branch]) is None:
            raise MigrationError(
                "REPO003", f"{branch!r} is no name of a branch", "Give another one with --branch."
            )
        return ask(self._git, self._folder, ["show-ref", "--verify", f"refs/heads/{branch}"]) is not None

    def commit(self, branch: str, commits: Sequence[Commit], index: Path) -> str:
        """Make commits on top of the last one and a new branch that points at them.

        Args:
            branch: its name; there is none of it yet.
            commits: in order.
            index: a file to use as index, outside of the repository.

        Returns:
            The name of the last commit.

        Raises:
            MigrationError: ``REPO003`` where git refuses; there is no new branch then.
        """
        index.unlink(missing_ok=True)
        known = {file.path: file.mode for file in self.files()}
        variables = {**environment(), "GIT_INDEX_FILE": str(index.absolute())}
        if ask(self._git, self._folder, ["var", "GIT_COMMITTER_IDENT"]) is None:
            variables |= _NOBODY
        self._run(["read-tree", self.head], variables)
        parent = self.head
        for commit in commits:
            lines = []
            for path, data in commit.files.items():
                name = os.fsencode(self._prefix + path)
                if data is None:
                    lines.append(b"0 " + b"0" * 40 + b"\t" + name)
                    continue
                blob = self._run(["hash-object", "-w", "--no-filters", "--stdin"], variables, data).strip()
                lines.append(known.get(path, "100644").encode() + b" " + blob + b"\t" + name)
            self._run(["update-index", "-z", "--index-info"], variables, b"\0".join(lines) + b"\0")
            tree = self._run(["write-tree", "--missing-ok"], variables).decode().strip()
            message = commit.message.encode()
            parent = (
                self._run(["commit-tree", tree, "-p", parent, "-F", "-"], variables, message).decode().strip()
            )
        self._run(["update-ref", f"refs/heads/{branch}", parent, "0" * 40], variables)
        index.unlink(missing_ok=True)
        return parent

    def _run(
        self, arguments: Sequence[str], variables: Mapping[str, str] | None = None, data: bytes = b""
    ) -> bytes:
        done = subprocess.run(
            [self._git, *QUIET, *arguments],
            cwd=self._folder,
            env=variables or environment(),
            input=data,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            why = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
            raise MigrationError("REPO003", f"git {arguments[0]} failed: {why}", "The branch was not made.")
        return done.stdout
