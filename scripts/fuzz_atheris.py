"""Coverage-guided fuzzing of the readers, for ``scripts/fuzz.py --engine atheris``; one process until it breaks.

Runs where atheris and the readers' few packages are installed; needs no framework. libFuzzer's arguments follow
the script's own: a folder that collects what found new paths, and folders of seeds.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

with atheris.instrument_imports(include=["migrate.formats", "migrate.scan"]):
    from migrate.findings import MigrationError
    from migrate.formats.bounded import bounded_memory
    from migrate.formats.identify import identify
    from migrate.formats.read import read
    from migrate.scan.files import scan_one

_FOLDER = Path(tempfile.mkdtemp(prefix="keras-migrate-atheris-"))
_SUFFIXES = (".h5", ".keras", ".json", ".yaml", ".pb", ".index", ".pkl")


def test_one_input(data: bytes) -> None:
    """Read one mutation with every reader; anything but a refusal with a reason is a finding of libFuzzer."""
    suffix = _SUFFIXES[data[-1] % len(_SUFFIXES)] if data else ".h5"
    path = _FOLDER / f"mutant{suffix}"
    path.write_bytes(data)
    for reader in (identify, scan_one, read):
        try:
            with bounded_memory(path):
                reader(path)
        except MigrationError:
            continue
    path.unlink()


if __name__ == "__main__":
    atheris.Setup(sys.argv, test_one_input)
    atheris.Fuzz()
