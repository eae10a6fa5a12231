"""The probes and the curated overlay as the generator reads them, and the tables as it writes them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


DATA = HERE.parent.parent / "codemods" / "catalogue" / "data"


Probe = dict[str, Any]


Row = dict[str, str]


def overlay(name: str) -> list[Row]:
    """The rows of one curated table."""
    with (HERE / "overlay" / f"{name}.tsv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE, restval=""))


def write(name: str, header: tuple[str, ...], rows: Iterable[tuple[str, ...]], ordered: bool = True) -> None:
    """One table, one row a line, sorted unless the order means something."""
    lines = dict.fromkeys("\t".join(row) for row in rows)
    body = sorted(lines) if ordered else list(lines)
    text = "\n".join(["\t".join(header), *body]) + "\n"
    (DATA / f"{name}.tsv").write_text(text, encoding="utf-8")


def version_key(version: str) -> tuple[int, ...]:
    """``3.10.0`` after ``3.9.2``."""
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def minor(version: str) -> str:
    """``3.10.0`` to ``3.10``."""
    return ".".join(version.split(".")[:2])


def spans(present: list[bool], versions: list[str]) -> str:
    """Where something is true, as a specifier: empty for always, ``>=3.3``, ``<3.9``, ``>=3.1,<3.4``.

    Several stretches are joined with ``|``.
    """
    if all(present):
        return ""
    parts: list[str] = []
    start: int | None = None
    for index, here in enumerate([*present, False]):
        if here and start is None:
            start = index
        elif not here and start is not None:
            low = "" if start == 0 else f">={minor(versions[start])}"
            high = "" if index == len(versions) else f"<{minor(versions[index])}"
            parts.append(",".join(part for part in (low, high) if part))
            start = None
    return "|".join(parts)


def parameter_text(record: Probe) -> str:
    """``units activation=None *args key=1 **kwargs + name dtype``: one string for one signature."""
    parameters = record.get("parameters")
    if parameters is None:
        return "?" if record["kind"] in {"class", "function"} else ""
    words: list[str] = []
    starred = False
    for name, kind, default in parameters:
        prefix = {"args": "*", "kwargs": "**"}.get(kind, "")
        if kind == "args":
            starred = True
        if kind == "keyword" and not starred:
            words.append("*")
            starred = True
        words.append(prefix + name + ("" if default is None else f"={default}".replace(" ", "")))
    inherited = record.get("inherited") or []
    if inherited:
        words += ["+", *inherited]
    return " ".join(words)


def namespace(name: str) -> str:
    """``layers`` of ``layers.Dense``."""
    return name.rpartition(".")[0]


def best_alias(name: str, candidates: list[str]) -> str:
    """Of several public names of one object the one nearest to the name it had."""
    return min(
        candidates,
        key=lambda other: (
            namespace(other) != namespace(name),
            other.split(".")[0] != name.split(".", maxsplit=1)[0],
            other.count("."),
            len(other),
            other,
        ),
    )


def match(rows: list[Row], key: str, value: str) -> Row | None:
    """The row of the overlay for a name: an exact one before patterns, longer patterns first."""
    exact = [row for row in rows if row[key] == value]
    if exact:
        return exact[0]
    found = [row for row in rows if "*" in row[key] and fnmatchcase(value, row[key])]
    return max(found, key=lambda row: len(row[key])) if found else None


class Sources:
    """Everything the probes said."""

    def __init__(self, folder: Path) -> None:
        def read(name: str) -> Any:
            return json.loads((folder / f"{name}.json").read_text())

        self.v2 = read("v2")
        self.v1 = read("v1")
        self.tf = read("tf-3.15.1")
        self.standalone = read("standalone")
        self.functions = read("functions")
        files = sorted(folder.glob("keras-*.json"), key=lambda file: version_key(file.stem[6:]))
        self.versions = [file.stem[6:] for file in files]
        self.modern = [json.loads(file.read_text()) for file in files]

    @property
    def latest(self) -> Probe:
        """The names of the newest Keras 3."""
        return self.modern[-1]["names"]  # type: ignore[no-any-return]
