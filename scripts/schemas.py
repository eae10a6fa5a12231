"""Write the published JSON Schemas; ``--check`` fails when one is not what the records say.

python scripts/schemas.py [--check]
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from codemods.output.records import Result  # noqa: E402
from migrate.proving.records import ProofReport  # noqa: E402
from migrate.report.compatibility.records import Report  # noqa: E402
from migrate.repository.records import State  # noqa: E402
from migrate.results import BatchReport  # noqa: E402
from migrate.schema import json_schema  # noqa: E402
from migrate.workorders.records import WorkOrders  # noqa: E402
from scripts.generated import write_or_check  # noqa: E402

PUBLISHED = {
    "codemods/schema/code.json": (Result, "keras-migrate code"),
    "migrate/report/schema/models.json": (BatchReport, "keras-migrate models"),
    "migrate/report/schema/report.json": (Report, "keras-migrate report"),
    "migrate/repository/schema/state.json": (State, "keras-migrate repo: .keras-migrate/state.json"),
    "migrate/workorders/schema/work-orders.json": (WorkOrders, "keras-migrate orders: work-orders.json"),
    "migrate/proving/schema/proofs.json": (ProofReport, "keras-migrate prove: proofs.json"),
}
"""Where each schema is, the record that it describes, and its title."""


if __name__ == "__main__":
    write_or_check({ROOT / path: json_schema(*described) for path, described in PUBLISHED.items()})
