"""What of a checkout is not committed, asked without running anything that its repository configures.

``git status`` runs what a repository tells it to: the ``core.fsmonitor`` command, ``filter.*.clean`` of files whose
times changed, the ``post-index-change`` hook when it refreshes the index, and the same once more in each submodule. A
checkout that somebody else made is no reason to run programs that came with it. So the index alone is listed, files are
compared with it here, and the index is compared with the last commit, which looks at no file.

Sources: ``git help config`` (``core.fsmonitor``, ``filter.<driver>.clean``), ``git help hooks``, ``git help git``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from codemods.files.discovery import Wanted, matters

QUIET = (
    "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.untrackedCache=false",
    "-c", "core.pager=cat", "-c", "diff.external=", "-c", "protocol.allow=never", "-c", "submodule.recurse=false",
    "-c", "safe.bareRepository=explicit", "--no-pager", "--no-optional-locks", "--literal-pathspecs",
)  # fmt: skip
"""Settings of the command line, which stand above those of the repository."""
_LINK, _FILE = "120000", "100"
_KINDS = Wanted(documents=True)


def uncommitted(path: Path, *, every_file: bool = False) -> str | None:
    """The first file below (or at) ``path`` that a rewrite could touch and that differs from the last commit.

    A file is compared byte by byte, or with its line ends as git stores them; one that a filter would change counts as
    different, except for what git-lfs put in the place of its pointer. None outside of a checkout, and where there is
    no git.

    Args:
        path: a folder or file of a checkout.
        every_file: look at every tracked file, not just at those that a rewrite of source could touch.
    """
    git = program()
    if git is None:
        return None
    folder = path if path.is_dir() else path.parent
    listed = ask(git, folder, ["ls-files", "--stage", "--full-name", "-z", "--", str(path.resolve())])
    top = ask(git, folder, ["rev-parse", "--show-toplevel"])
    if listed is None or top is None:
        return None
    root = Path(os.fsdecode(top.rstrip(b"\n")))
    entries = [
        entry
        for entry in map(_entry, listed.split(b"\0"))
        if entry and (every_file or matters(Path(entry[2]), _KINDS))
    ]
    if not entries:
        return None
    options = ["--cached", "--name-only", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all", "-z"]
    staged = ask(git, folder, ["diff-index", *options, "HEAD", "--", str(path.resolve())])
    if staged is None:  # there is no commit yet
        return entries[0][2]
    changed = {os.fsdecode(name) for name in staged.split(b"\0") if name}
    return next(
        (
            name
            for mode, blob, name in entries
            if name in changed
            or (_differs(root / name, mode, blob) and not _from_lfs(git, root / name, blob))
        ),
        None,
    )


def program() -> str | None:
    """The git of this machine: of the folders on the path only those that do not depend on where one stands."""
    folders = [
        folder for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if os.path.isabs(folder)
    ]
    return shutil.which("git", path=os.pathsep.join(folders))


def environment() -> Mapping[str, str]:
    """Nothing of the caller's that names another repository, pager, editor or helper."""
    kept = {
        name: os.environ[name] for name in ("HOME", "XDG_CONFIG_HOME", "SYSTEMROOT") if name in os.environ
    }
    return {
        **kept,
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_PAGER": "cat",
    }


def ask(git: str, folder: Path, arguments: Sequence[str], seconds: float | None = None) -> bytes | None:
    """What git says in a folder; None when it says that something is wrong, or nothing in so many seconds."""
    try:
        done = subprocess.run(
            [git, *QUIET, *arguments],
            cwd=folder,
            env=environment(),
            capture_output=True,
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 else None


def contents(git: str, folder: Path, objects: Iterable[str]) -> Iterator[bytes | None]:
    """Objects as git keeps them, one after the other; None for one that the store of a partial clone lacks."""
    process = subprocess.Popen(
        [git, *QUIET, "cat-file", "--batch"],
        cwd=folder,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process, process.stdin as requests, process.stdout as answers:
        for name in objects:
            requests.write(name.encode() + b"\n")
            requests.flush()
            fields = answers.readline().split()
            if len(fields) != 3:
                yield None
                continue
            data = answers.read(int(fields[2]))
            answers.read(1)
            yield data


def _entry(line: bytes) -> tuple[str, str, str] | None:
    """Mode, object and path of one line of ``ls-files --stage``; None for what is no file of this repository."""
    head, _, name = line.partition(b"\t")
    fields = head.decode("ascii", "replace").split(" ")
    if len(fields) != 3 or not (fields[0].startswith(_FILE) or fields[0] == _LINK):
        return None
    return fields[0], fields[1], os.fsdecode(name)


def _differs(file: Path, mode: str, blob: str) -> bool:
    try:
        if file.is_symlink():
            return mode != _LINK or not _is_blob(os.fsencode(os.readlink(file)), blob)
        data = file.read_bytes()
    except OSError:
        return True
    return mode == _LINK or not (_is_blob(data, blob) or _is_blob(data.replace(b"\r\n", b"\n"), blob))


LFS_POINTER = b"version https://git-lfs.github.com/spec/v1"
"""First line of what stands in the repository for a file that git-lfs keeps (``git-lfs/docs/spec.md``)."""
_POINTER_BYTES = 1024


def _from_lfs(git: str, file: Path, blob: str) -> bool:
    """Whether a file is the content that a pointer of git-lfs stands for."""
    pointer = ask(git, file.parent, ["cat-file", "blob", blob]) if file.is_file() else None
    if pointer is None or len(pointer) > _POINTER_BYTES or not pointer.startswith(LFS_POINTER):
        return False
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest().encode() in pointer


def _is_blob(data: bytes, name: str) -> bool:
    """Whether git calls these bytes so (``gitformat-index``; a repository names objects by SHA-1 or SHA-256)."""
    algorithm = hashlib.sha1 if len(name) == 40 else hashlib.sha256
    return algorithm(b"blob %d\0" % len(data) + data).hexdigest() == name
