"""Becomes a command of the user behind the sandbox: ``python command_main.py POLICY REPORT COMMAND...``.

Run as a file with the standard library alone. Which protections are in force is written to the descriptor ``REPORT``
before the command begins; it inherits all of them, and so does whatever it starts.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import NoReturn

NOT_FOUND = 127
"""Exit status where there is no such program, as of a shell."""


def main(policy: str, report: str, command: list[str]) -> NoReturn:
    """Lock up and begin."""
    file = Path(__file__).resolve().with_name("sandbox_apply.py")
    spec = importlib.util.spec_from_file_location("sandbox_apply", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is missing")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    active, missing = module.apply(json.loads(policy))
    with open(int(report), "w", encoding="utf-8") as stream:
        json.dump({"active": active, "missing": missing}, stream)
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        os._exit(NOT_FOUND)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
