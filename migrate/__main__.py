"""``python -m migrate`` and the ``keras-migrate`` script."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line.

    An unexpected exception ends with status 3 and its traceback, so that a caller can distinguish a
    bug in this tool (3) from a model or source that needs attention (1).
    """
    from migrate.cli.main import cli

    try:
        cli(prog_name="keras-migrate")
    except Exception:  # noqa: BLE001 - the outermost boundary: printed in full, status 3
        import traceback

        traceback.print_exc()
        print("keras-migrate: internal error; please report the lines above", file=sys.stderr)
        sys.exit(3)


if __name__ == "__main__":
    main()
