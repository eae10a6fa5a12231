"""Write the published JSON Schema of ``keras-migrate models``; ``--check`` fails when it is not what the records say.

python scripts/schemas.py [--check]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from migrate.report.records import report_schema  # noqa: E402

TARGET = ROOT / "migrate" / "report" / "schema" / "models.json"


def text() -> str:
    """The schema as it is published."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "keras-migrate models",
        **report_schema(),
    }
    return json.dumps(schema, indent=1, sort_keys=True) + "\n"


def main() -> None:
    """Write or check."""
    if "--check" in sys.argv[1:]:
        sys.exit(
            0
            if TARGET.read_text(encoding="utf-8") == text()
            else f"{TARGET.name} is out of date: run make docs"
        )
    TARGET.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
