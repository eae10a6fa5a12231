"""What the reader world does for its parent: scan a file that may crash the library that parses it.

libhdf5 parses in C; a crafted file may end the process. In here that costs one file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from migrate.findings import MigrationError
from migrate.scan.files import scan_one
from migrate.scan.output import finding_json
from migrate.worlds.reader.translation import read_and_translate


def scan(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Scan one artifact: ``path`` → kind and findings."""
    found = scan_one(Path(params["path"]))
    return {"kind": found.kind, "findings": [finding_json(finding) for finding in found.findings]}


def scan_many(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Scan some artifacts in one message: ``paths`` → a list, with None for one that cannot be read."""
    answers: list[dict[str, Any] | str] = []
    for path in params["paths"]:
        try:
            answers.append(scan({"path": path}, scratch))
        except MigrationError as error:
            answers.append(error.message)
    return {"scans": answers}


HANDLERS = {"scan": scan, "scan_many": scan_many, "translate": read_and_translate}
