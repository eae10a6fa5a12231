"""How much of the two APIs the catalogue classifies."""

from __future__ import annotations

from dataclasses import dataclass

from codemods.catalogue import load
from codemods.catalogue.tables import names, rows


@dataclass(frozen=True, slots=True)
class Coverage:
    """Classified and total of one kind of row."""

    what: str
    classified: int
    total: int
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether nothing is left."""
        return self.classified == self.total


def _coverage(what: str, wanted: dict[str, str]) -> Coverage:
    missing = tuple(sorted(name for name, status in wanted.items() if status == "unclassified"))
    return Coverage(what, len(wanted) - len(missing), len(wanted), missing)


def measure() -> tuple[Coverage, ...]:
    """The coverage of names (tree v2, tree v1 in addition, old paths), signatures and lost members."""
    catalogue = load()
    legacy = list(rows("legacy"))
    v2 = {row[0]: row[3] for row in legacy if "v2" in row[2].split()}
    v1 = {row[0]: row[3] for row in legacy if row[2] == "v1"}
    paths = {row[0]: row[3] for row in rows("paths")}
    signatures: dict[str, str] = {}
    early: dict[str, str] = {}
    for symbol, argument, change, where, policy, _, _ in rows("arguments"):
        known = catalogue.symbols.get(symbol)
        if "*" in symbol or known is None or argument not in names(known.parameters):
            continue  # what only ``**kwargs`` took is no part of a signature
        # Only old releases of Keras 3 lacked it: not a difference to the newest.
        place = early if change == "removed" and where.startswith("<") and ">" not in where else signatures
        if place.get(known.same) != "unclassified":
            place[known.same] = policy
    members = {f"{row[0]}.{row[1]}": row[2] for row in rows("lost_members")}
    functions = {name: "ok" if entries else "unclassified" for name, entries in catalogue.functions.items()}
    return (
        _coverage("names", v2),
        _coverage("names of the v1 tree alone", v1),
        _coverage("names of Keras 1, stand-alone Keras 2 and tensorflow.python.keras", paths),
        _coverage("signatures", signatures),
        _coverage("signatures that only early releases of Keras 3 had otherwise", early),
        _coverage("lost members", members),
        _coverage("functions of keras.backend and tf", functions),
    )
