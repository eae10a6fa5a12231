"""Print the coverage of the catalogue.

``python -m codemods.catalogue``; exit status 1 when something is missing.
"""

from __future__ import annotations

import sys

from codemods.catalogue.coverage import measure

if __name__ == "__main__":
    measured = measure()
    for found in measured:
        sys.stdout.write(f"{found.classified}/{found.total} {found.what}\n")
        for name in found.missing:
            sys.stdout.write(f"    unclassified: {name}\n")
    sys.exit(0 if all(found.complete for found in measured) else 1)
