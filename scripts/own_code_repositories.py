"""Migrate the models of checked-out repositories with nothing but the repository itself, and print a table.

Usage: ``python scripts/own_code_repositories.py OUT CHECKOUT …``. For each checkout, one command runs, and no file is
written by hand: ``keras-migrate models CHECKOUT --source CHECKOUT --out OUT/NAME``. Of each artifact that is no
finished model of Keras 3 the table of ``docs/own-code.md`` shows the outcome, the evidence, the largest error and what
built it, or the reason.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

QUIET = frozenset({"skipped"})
_WIDTH = 240


def main(out: Path, checkouts: list[Path]) -> None:
    """Run and print; a checkout whose outputs are there is only printed."""
    print("| repository | artifact | outcome | evidence | largest error | built by, or why not |")
    print("|---|---|---|---|---|---|")
    for checkout in checkouts:
        target = out / checkout.name
        command = ["models", str(checkout), "--source", str(checkout), "--out", str(target), "--jobs", "1"]
        subprocess.run(
            [sys.executable, "-m", "migrate", *command, "--progress", "none"],
            check=False,
            stdout=subprocess.DEVNULL,
        )
        report = json.loads((target / "report.json").read_text("utf-8"))
        for artifact in report["artifacts"]:
            if artifact["status"] not in QUIET:
                print(_row(checkout, target, artifact), flush=True)


def _row(checkout: Path, out: Path, artifact: dict[str, Any]) -> str:
    parity = artifact.get("parity") or {}
    error = f"{parity['max_rel']:.1e}" if parity.get("max_rel") is not None else "–"
    cells = [
        checkout.name,
        f"`{artifact['source']}`",
        f"`{artifact['status']}`",
        parity.get("evidence") or "–",
        error,
    ]
    return f"| {' | '.join([*cells, _why(checkout, out, artifact)])} |"


def _why(checkout: Path, out: Path, artifact: dict[str, Any]) -> str:
    """The builder's call where one was found, else the reason that decided."""
    keras = artifact["outputs"].get("keras")
    if keras is not None:
        record = json.loads((out / keras).with_name("migration.json").read_text("utf-8"))
        built = str(record["own_code"].get("architecture", "")).replace(f"{checkout}/", "")
        if built:
            return f"`{built}`"
    decisive = [f for f in artifact["findings"] if f["severity"] in ("error", "unsafe")]
    warned = [f for f in artifact["findings"] if f["severity"] == "warning"]
    told = decisive or (warned if artifact["status"] != "migrated" else [])
    messages = (f"{f['code']} {f['message']}".replace(f"{checkout}/", "") for f in told[:2])
    return "; ".join(_shortened(m.replace("|", "/")) for m in messages) or "its own architecture"


def _shortened(message: str) -> str:
    """A message without the values of long calls."""
    plain = re.sub(r"\([^;…]{80,}…", "(…)", message)
    return plain if len(plain) <= _WIDTH else f"{plain[:_WIDTH]}…"


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(argument).resolve() for argument in sys.argv[2:]])
