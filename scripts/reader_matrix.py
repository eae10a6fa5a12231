"""Which releases of Keras 3 read what which others wrote: 44 everyday archives, writers by readers.

    python scripts/reader_matrix.py OUT [--writers 3.3,3.9,3.15] [--readers 3.9-,nightly] [--for 3.9-,nightly]
    python scripts/reader_matrix.py OUT --kinds packed --writers 3.11-     # of int4, on JAX

Writes the archives (``scripts/readers/everyday.py``) into OUT/VERSION, unless they are there, and holds each against
every reader. Kinds whose numbers depend on masks run on JAX, the others on NumPy, which computes masks wrongly up to
3.13 and compiles nothing. Prints a table of equal / error / silently different.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from migrate.dialects.keras3_minors.versions import Reader, parse_readers  # noqa: E402
from migrate.pipeline.keras3.matrix import check_archives  # noqa: E402
from migrate.pipeline.request import Options  # noqa: E402
from migrate.readers.environments import Backend, environment_of  # noqa: E402
from migrate.results import CheckedArchive, ReaderOutcome  # noqa: E402

EVERYDAY, PACKED = "everyday", "packed"
READERS = "3.3,3.4,3.6,3.9,3.11-"
MASKED = ("masked_", "encoder_decoder", "attention_over_words")
SILENT = frozenset({ReaderOutcome.DIFFERS})
Rows = dict[str, list[CheckedArchive]]
MISSING = frozenset({ReaderOutcome.UNCOMPARED, ReaderOutcome.MISSING})


def write(one: Reader, out: Path, kinds: str = EVERYDAY) -> Path:
    """The folder of archives of a writer, written now if it is not there."""
    folder = out / one.name
    if not folder.is_dir():
        environment = environment_of(one)
        variables = {**os.environ, **environment.variables}
        script = ROOT / "scripts" / "readers" / f"{kinds}.py"
        subprocess.run([environment.python, "-W", "ignore", script, folder], env=variables, check=True)
    return folder


def matrix(
    out: Path,
    writers: tuple[Reader, ...],
    readers: tuple[Reader, ...],
    rewritten_for: str,
    kinds: str = EVERYDAY,
) -> Rows:
    """By writer: every archive in every reader, as it is or rewritten.

    Archives of all writers are checked together, so that each reader is started once for each backend.
    """
    rows: Rows = {one.name: [] for one in writers}
    files = [path for one in writers for path in sorted((out / one.name).glob("*.keras"))]
    for backend, masked in ((Backend.NUMPY, False), (Backend.JAX, True)):
        mine = [
            (path, path.relative_to(out).as_posix())
            for path in files
            if (kinds == PACKED or is_masked(path)) is masked
        ]
        if not mine:
            continue
        with tempfile.TemporaryDirectory(prefix="keras-migrate-") as work:
            checked = check_archives(
                mine, readers, [backend], Path(work), Options(seed=0), rewritten_for=rewritten_for
            )
        for archive in checked:
            rows[archive.source.partition("/")[0]].append(archive)
    return rows


def is_masked(path: Path) -> bool:
    """Whether the numbers of an everyday archive depend on a mask."""
    return path.name.startswith(MASKED)


def counts(checked: list[CheckedArchive], name: str) -> str:
    """``equal/error/silent`` of one reader, with what could not be compared behind it."""
    found: Counter[str] = Counter()
    for archive in checked:
        for reading in archive.readings:
            if reading.reader == name:
                kind = "equal" if reading.outcome is ReaderOutcome.EQUAL else "error"
                kind = "silent" if reading.outcome in SILENT else kind
                found["missing" if reading.outcome in MISSING else kind] += 1
    text = f"{found['equal']}/{found['error']}/{found['silent']}"
    return f"{text} ({found['missing']} not compared)" if found["missing"] else text


def main() -> None:
    """Write, check, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--writers", default=READERS)
    parser.add_argument("--readers", default=READERS)
    parser.add_argument(
        "--for", dest="rewritten_for", default="", help="rewrite the archives for these first"
    )
    parser.add_argument("--kinds", choices=(EVERYDAY, PACKED), default=EVERYDAY)
    parser.add_argument("--json", type=Path, help="write every reading")
    options = parser.parse_args()
    readers, writers = parse_readers(options.readers), parse_readers(options.writers)
    for writer in writers:
        write(writer, options.out, options.kinds)
    rows = matrix(options.out, writers, readers, options.rewritten_for, options.kinds)
    print("| written by | " + " | ".join(one.name for one in readers) + " |")
    print("|---" * (len(readers) + 1) + "|")
    for name, checked in rows.items():
        print(f"| {name} | " + " | ".join(counts(checked, one.name) for one in readers) + " |")
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(rows), indent=1))


if __name__ == "__main__":
    main()
