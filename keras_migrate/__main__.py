"""``python -m keras_migrate`` and the ``keras-migrate`` script: checks for its own packages before it starts.

The distribution sqlalchemy-migrate also installs a package named ``migrate``, and the last one installed overwrites
the other's files. A command that then fails inside foreign code is hard to diagnose.
"""

from __future__ import annotations

import sys
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

MARK = "results.py"
"""A module that this project's ``migrate`` has."""


def main() -> None:
    """Run the command line, or report which distribution replaced ``migrate``."""
    trouble = foreign_package()
    if trouble is not None:
        print(f"keras-migrate: {trouble}", file=sys.stderr)
        sys.exit(3)
    from migrate.__main__ import main as run

    run()


def foreign_package() -> str | None:
    """Why the package ``migrate`` that Python would import is not this project's; None if it is."""
    spec = find_spec("migrate")
    if spec is None or spec.origin is None:
        return "its package `migrate` is missing: run `pip install --force-reinstall --no-deps keras-migrate`"
    folder = Path(spec.origin).parent
    if (
        (folder / MARK).is_file()
        and (folder / "findings.py").is_file()
        and not _overwritten(Path(spec.origin))
    ):
        return None
    owners = metadata.packages_distributions().get("migrate", [])
    others = sorted({name for name in owners if name != "keras-migrate"}) or ["another distribution"]
    return (
        f"{', '.join(others)} has replaced our package `migrate` with its own ({folder}): install keras-migrate in a "
        "separate environment (`pipx install keras-migrate`), or uninstall the other one and run `pip install "
        "--force-reinstall --no-deps keras-migrate`"
    )


def _overwritten(init: Path) -> bool:
    """Whether another distribution's ``__init__.py`` has overwritten ours."""
    return "keras" not in init.read_text(encoding="utf-8", errors="replace").lower()


if __name__ == "__main__":
    main()
