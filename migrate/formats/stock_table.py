"""Which names each release of Keras had: a name that is stock today was somebody's own before.

Keras 2.2.4 had no ``swish``, so a file of 2.2.4 that names one means its author's. The table is made of the sources of
21 releases of Keras, 6 of TensorFlow and tf-keras 2.21 by ``scripts/stock_names.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from migrate.formats.artifact import Writer

TABLE = Path(__file__).with_name("stock_names.tsv")
INFERRED = "inferred"
"""How the evidence of a writer begins that stands nowhere in the file."""


@dataclass(frozen=True, slots=True)
class StockName:
    """One name in one family of releases, ``keras`` (up to 2.3.1) or ``tf.keras``.

    Attributes:
        after: the release looked at before ``first``, which lacks the name; None when ``first`` is the oldest.
        first: the first release looked at that has it.
        last: the last one; None when the newest of the family has it.
        keys: that the configuration of the class can have in some release, those of its bases included.
        written: that the class itself writes in every release.
    """

    after: Version | None
    first: Version
    last: Version | None
    keys: frozenset[str]
    written: frozenset[str]


@cache
def table() -> Mapping[tuple[str, str], Mapping[str, StockName]]:
    """Kind (``layers``, ``activations``, …) and name → family → what is known."""
    found: dict[tuple[str, str], dict[str, StockName]] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]:
        kind, name, family, after, first, last, keys, written = line.split("\t")
        found.setdefault((kind, name), {})[family] = StockName(
            _version(after),
            _release(first),
            _version(last),
            frozenset(filter(None, keys.split(","))),
            frozenset(filter(None, written.split(","))),
        )
    return found


def _release(text: str) -> Version:
    return Version(text.removesuffix("-tf"))


def _version(text: str) -> Version | None:
    return _release(text) if text else None


def family_of(writer: Writer) -> tuple[str, Version] | None:
    """Family and release of a writer; None where the file does not say."""
    if not writer.keras or writer.evidence.startswith(INFERRED):
        return None
    try:
        version = Version(writer.keras.split("-")[0])
    except InvalidVersion:
        return None
    is_tf = "tf" in writer.keras or version >= Version("2.4")
    return ("tf.keras" if is_tf else "keras"), version


def stock_name(kind: str, name: str, writer: Writer) -> StockName | None:
    """What is known of a name in the writing release; None when Keras did not have it then.

    Where the file does not say who wrote it, every release counts. Every tf.keras finds initializers by the names in
    small letters that stand-alone Keras had (``get`` of ``initializers.py``), whether its module has them or not.
    """
    families = table().get((kind, name), {})
    place = family_of(writer)
    if place is None:
        return next(iter(families.values()), None)
    family, version = place
    if kind == "initializers" and family == "tf.keras" and name.islower() and "keras" in families:
        return families["keras"]
    known = families.get(family)
    if known is None or (known.last is not None and version > known.last):
        return None
    # Between two releases that were looked at, a name is taken for stock.
    return None if known.after is not None and version <= known.after else known


def ever_stock(kind: str, name: str) -> bool:
    """Whether any release up to 2.15 had the name."""
    return (kind, name) in table()
