"""Jupyter notebooks: one program in cells, with magics between.

All code cells are joined into one Python text, so that names imported in one cell are known in the next;
lines that are no Python (magics, shell commands, help questions) stand in it as comments that are turned back.
The JSON around the cells is not rewritten: only the ``source`` of changed cells is replaced in the text.
"""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from codemods.edit.engine import rewrite
from codemods.files.source import Source, SourceError, concerns, parse
from codemods.names.repository import Repository
from codemods.options import Options
from codemods.outcome import CodeFinding, Outcome
from codemods.rules.names.environment import UNREADABLE_CELL

_MARK = "#keras-migrate-cell:"
_MAGIC = "#keras-migrate-magic:"
_LINE_MAGIC = re.compile(r"^(\s*)(?:[%!?]|.*\?\s*$)")
_ASSIGNED = re.compile(r"^\s*[\w, ]+=\s*[%!]")
_CELL_MAGIC = re.compile(r"^%%(?!time|timeit|capture|prun)")


def rewrite_notebook(source: Source, options: Options, repository: Repository | None = None) -> Outcome:
    """Rewrite the code cells of a notebook. Raises `SourceError` when it is no notebook."""
    cells, texts, unreadable = _code_cells(source)
    joined = _joined(texts, unreadable)
    outcome = rewrite(Source(source.path.with_suffix(".py"), joined), options, repository)
    findings = _relocated(outcome.findings, joined)
    findings += tuple(_no_python(number) for number in unreadable if concerns(texts[number].encode()))
    if outcome.text == joined:
        return Outcome(source.text, findings, outcome.error)
    changed = {number: text for number, text in _split(outcome.text).items() if text != texts[number]}
    return Outcome(_replaced(source.text, cells, changed), findings, outcome.error)


def joined_code(source: Source) -> str:
    """The code cells of a notebook as one Python text. Raises `SourceError` when it is no notebook."""
    _, texts, unreadable = _code_cells(source)
    return _joined(texts, unreadable)


def with_code(source: Source, joined: str) -> str:
    """A notebook with the code that a changed `joined_code` has. Raises `SourceError` when it is no notebook."""
    cells, texts, _ = _code_cells(source)
    changed = {number: text for number, text in _split(joined).items() if text != texts[number]}
    return _replaced(source.text, cells, changed) if changed else source.text


def _joined(texts: dict[int, str], unreadable: list[int]) -> str:
    python = {number: _commented(text) for number, text in texts.items()}
    for number in unreadable:
        python[number] = "\n".join(_MAGIC + line for line in texts[number].split("\n"))
    return "".join(f"{_MARK}{number}\n{text}\n" for number, text in python.items())


def _code_cells(source: Source) -> tuple[list[Any], dict[int, str], list[int]]:
    """All cells, the text of those with code by number, and the numbers of those that are no Python."""
    try:
        document = json.loads(source.text)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"not JSON: {error}") from error
    cells = document.get("cells") if isinstance(document, dict) else None
    if not isinstance(cells, list):
        raise SourceError("not a notebook of format 4 (it has no cells)")
    texts = {
        number: _text(cell)
        for number, cell in enumerate(cells)
        if isinstance(cell, dict)
        and cell.get("cell_type") == "code"
        and not _CELL_MAGIC.match(_text(cell).lstrip())
    }
    return cells, texts, [number for number, text in texts.items() if not _is_python(_commented(text))]


def _no_python(number: int) -> CodeFinding:
    """The finding about a cell that is kept as it is because it cannot be read."""
    return CodeFinding(
        code=UNREADABLE_CELL.code,
        severity=UNREADABLE_CELL.severity,
        fix=UNREADABLE_CELL.fix,
        applied=False,
        line=1,
        column=1,
        end_line=1,
        end_column=1,
        message=f"cell {number + 1}: this is not valid Python, and is not changed",
        hint=UNREADABLE_CELL.manual,
        symbol="",
        argument="",
        source="",
    )


def _text(cell: dict[str, Any]) -> str:
    given = cell.get("source", "")
    return "".join(given) if isinstance(given, list) else str(given)


def _commented(text: str) -> str:
    """A cell as Python: magics as comments, unless the cell is Python as it is."""
    if _is_python(text):
        return text
    lines = []
    continued = False
    for line in text.split("\n"):
        magic = bool(_LINE_MAGIC.match(line)) or bool(_ASSIGNED.match(line))
        indent = line[: len(line) - len(line.lstrip())]
        if continued:
            lines.append(_MAGIC + line)
        elif magic and not line.lstrip().startswith("#"):
            # A comment is no statement: ``if x:`` over a lone magic needs one.
            lines.append(f"{indent}pass {_MAGIC}{line[len(indent) :]}")
            magic = True
        else:
            lines.append(line)
            magic = False
        continued = (continued or magic) and line.rstrip().endswith("\\")
    return "\n".join(lines)


def _is_python(text: str) -> bool:
    try:
        parse(text)
    except SourceError:
        return False
    return True


def _split(text: str) -> dict[int, str]:
    cells: dict[int, str] = {}
    number = -1
    lines: list[str] = []
    for line in text.split("\n"):
        if line.startswith(_MARK):
            if number >= 0:
                cells[number] = "\n".join(lines)
            number, lines = int(line[len(_MARK) :]), []
        elif line.startswith(_MAGIC):
            lines.append(line[len(_MAGIC) :])
        else:
            before, found, magic = line.partition(f"pass {_MAGIC}")
            lines.append(before + magic if found else line)
    if number >= 0:
        cells[number] = "\n".join(lines).removesuffix("\n")
    return cells


def _relocated(findings: tuple[CodeFinding, ...], joined: str) -> tuple[CodeFinding, ...]:
    """Findings with the cell in front of the message; lines count within the cell."""
    starts: list[tuple[int, int]] = []
    for line, text in enumerate(joined.split("\n"), 1):
        if text.startswith(_MARK):
            starts.append((line, int(text[len(_MARK) :])))
    moved = []
    for finding in findings:
        start, number = max((s for s in starts if s[0] < finding.line), default=(0, 0))
        moved.append(
            msgspec.structs.replace(
                finding,
                line=finding.line - start,
                end_line=finding.end_line - start,
                message=f"cell {number + 1}: {finding.message}",
            )
        )
    return tuple(moved)


def _replaced(text: str, cells: list[Any], changed: dict[int, str]) -> str:
    """The notebook's own text with the sources of some cells replaced.

    The layout of the JSON is reproduced for the ``source`` value alone; everything else keeps its bytes.
    """
    spans = _source_spans(text)
    pieces: list[str] = []
    at = 0
    for number in sorted(changed):
        start, end, indent = spans[number]
        pieces.append(text[at:start])
        pieces.append(_encoded(changed[number], cells[number]["source"], text[start:end], indent))
        at = end
    pieces.append(text[at:])
    new = "".join(pieces)
    json.loads(new)
    return new


def _encoded(value: str, old: object, written: str, indent: str) -> str:
    ascii_only = written.isascii()
    if isinstance(old, str):
        return json.dumps(value, ensure_ascii=ascii_only)
    lines = [json.dumps(line, ensure_ascii=ascii_only) for line in value.splitlines(keepends=True)]
    if "\n" not in written:
        return f"[{', '.join(lines)}]"
    newline = "\r\n" if "\r\n" in written else "\n"
    inner = re.search(r"\[\s*\n([ \t]*)", written)
    deeper = inner[1] if inner is not None else indent + " "
    return f"[{newline}" + f",{newline}".join(deeper + line for line in lines) + f"{newline}{indent}]"


def _source_spans(text: str) -> dict[int, tuple[int, int, str]]:
    """Where each cell's ``source`` value stands, and the indentation of its line."""
    decoder = json.JSONDecoder()
    position = _member(text, text.index("{"), "cells")
    spans: dict[int, tuple[int, int, str]] = {}
    at = text.index("[", position) + 1
    number = 0
    while True:
        at = _skip(text, at)
        if text[at] == "]":
            return spans
        if text[at] == ",":
            at += 1
            continue
        _, end = decoder.raw_decode(text, at)
        if text[at] == "{":
            start = _member(text, at, "source")
            if start >= 0:
                _, stop = decoder.raw_decode(text, start)
                line = text[text.rfind("\n", 0, start) + 1 : start]
                spans[number] = (start, stop, line[: len(line) - len(line.lstrip())])
        at = end
        number += 1


def _member(text: str, start: int, name: str) -> int:
    """Offset of the value of a member of the object that starts at ``start``, -1 when it has none."""
    decoder = json.JSONDecoder()
    at = start + 1
    while True:
        at = _skip(text, at)
        if text[at] == "}":
            return -1
        if text[at] == ",":
            at += 1
            continue
        key, at = decoder.raw_decode(text, at)
        at = _skip(text, at)
        at = _skip(text, at + 1)
        if key == name:
            return at
        _, at = decoder.raw_decode(text, at)


def _skip(text: str, at: int) -> int:
    while text[at] in " \t\r\n":
        at += 1
    return at
