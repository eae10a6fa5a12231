"""``python -m keras_migrate`` and the ``keras-migrate`` script: finds its own packages before it starts.

The distribution sqlalchemy-migrate installs a package called ``migrate``, too, and whichever was installed last has its
files there. A command that then fails inside somebody else's code says nothing to anybody.
"""

from __future__ import annotations

import sys
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

MARK = "results.py"
"""A module that this project's ``migrate`` has."""


def main() -> None:
    """Run the command line, or say which distribution took the place of ``migrate``."""
    trouble = foreign_package()
    if trouble is not None:
        print(f"keras-migrate: {trouble}", file=sys.stderr)
        sys.exit(3)
    from migrate.__main__ import main as run

    run()


def foreign_package() -> str | None:
    """Why the package ``migrate`` that Python would import is not this project's; None when it is."""
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
    """Whether somebody else's ``__init__.py`` lies over ours."""
    return "keras" not in init.read_text(encoding="utf-8", errors="replace").lower()


if __name__ == "__main__":
    main()
