"""What a rewrite makes of folders, a line for each file: to be compared before and after a change of the engine.

    python scripts/digest_rewrites.py FOLDER… > before.tsv     # in one checkout
    python scripts/digest_rewrites.py FOLDER… > after.tsv      # in the other
    diff before.tsv after.tsv

``--whole`` gives each file to LibCST whole and each edit to its tree, the way that shortcuts are measured against.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from codemods.edit.skeleton import Skeleton
from codemods.edit.tokens import Tokens
from codemods.files.discovery import Wanted, discover
from codemods.options import Options
from codemods.run.runner import FileResult, run


def digest(result: FileResult) -> str:
    """The new text of a file (or that it stays), its findings and its error, as short hashes."""
    new = hashlib.sha256(result.new).hexdigest()[:16] if result.new is not None else "stays"
    findings = hashlib.sha256(repr(result.findings).encode()).hexdigest()[:16]
    return f"{new}\t{len(result.findings)} {findings}\t{result.error or ''}"


def take_no_shortcut() -> None:
    """Leave every edit to the tree, and show it all of the text."""
    shortcuts: tuple[tuple[type, str, object], ...] = (
        (Tokens, "_made", lambda self, node, edits, *, tokens_only: None),
        (Tokens, "_import", lambda self, statement: None),
        (Skeleton, "_masks", lambda self, block: iter(())),
    )
    for owner, name, without in shortcuts:
        setattr(owner, name, without)


def main() -> None:
    """Print a line for each file, and the digest of all lines."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--unsafe", action="store_true")
    parser.add_argument("--whole", action="store_true", help="no token edits, no skeletons")
    arguments = parser.parse_args()
    if arguments.whole:
        take_no_shortcut()
    total = hashlib.sha256()
    for folder in arguments.folders:
        for result in run(discover([folder], Wanted()), Options(unsafe=arguments.unsafe)):
            line = f"{result.path.relative_to(folder)}\t{digest(result)}"
            total.update(line.encode())
            print(line)
    print(f"all\t{total.hexdigest()}")


if __name__ == "__main__":
    main()
