"""What is left of a migration, as orders: open findings of the source rules, and proofs that failed."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from codemods.outcome import CodeFinding
from codemods.run.runner import FileResult
from migrate.findings import Rule, Severity
from migrate.proving.records import Proof, Verdict
from migrate.workorders.effort import hours_of, total
from migrate.workorders.records import SCHEMA, Check, Trouble, WorkOrder, WorkOrders

_CONTEXT = 4
"""Lines of source shown before and after."""
DIFFERS, BREAKS = "PRV001", "PRV002"
OF_VERDICT = {Verdict.DIFFERS: DIFFERS, Verdict.BROKEN: BREAKS}


@dataclass(frozen=True, slots=True)
class Definition:
    """A top-level definition: name, first line (decorators included) and last."""

    name: str
    first: int
    last: int


def definitions(text: str) -> list[Definition]:
    """Top-level classes and functions of a file; none of one that does not parse."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return []
    return [
        Definition(n.name, min([n.lineno, *(d.lineno for d in n.decorator_list)]), n.end_lineno or n.lineno)
        for n in tree.body
        if isinstance(n, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def open_findings(result: FileResult) -> list[CodeFinding]:
    """Findings that nobody has settled; notes ask for nothing."""
    return [f for f in result.findings if not f.applied and f.severity is not Severity.INFO]


def collect(
    root: Path,
    results: Sequence[FileResult],
    proofs: Sequence[Proof],
    provable: Mapping[str, frozenset[str]],
    rules: Mapping[str, Rule],
) -> WorkOrders:
    """Orders for all that is left, those first that others need.

    Args:
        root: of the repository.
        results: of the source rules, file by file.
        proofs: of its definitions; empty when none were made.
        provable: ``FILE:NAME`` of each definition that a proof is about → those of the definitions that it uses.
        rules: by code.
    """
    found: list[WorkOrder] = []
    seen: set[str] = set()
    failed = _failed(proofs)
    for result in sorted(results, key=lambda r: str(r.path)):
        file = result.path.relative_to(root).as_posix()
        text = _text(result.path)
        places = definitions(text) if result.path.suffix == ".py" else []
        groups: dict[tuple[str, str], list[CodeFinding]] = {}
        for finding in open_findings(result):
            inside = next((d.name for d in places if d.first <= finding.line <= d.last), "")
            # A definition is proven as a whole, so that all that is in it is one task.
            provably = f"{file}:{inside}" in provable
            groups.setdefault((inside, "" if provably else f"{finding.code} {finding.symbol}"), []).append(
                finding
            )
        for (inside, _), findings in groups.items():
            key = f"{file}:{inside}"
            seen.add(key)
            troubles = [_trouble(f) for f in findings] + failed.get(key, [])
            found.append(_order(file, inside, troubles, text, key in provable, rules))
    for key, troubles in failed.items():
        if key not in seen:
            file, _, name = key.rpartition(":")
            found.append(_order(file, name, troubles, _text(root / file), True, rules))
    ordered = _in_order(found, provable)
    return WorkOrders(schema=SCHEMA, orders=tuple(ordered), hours=total(ordered), files={}, before={})


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _failed(proofs: Sequence[Proof]) -> dict[str, list[Trouble]]:
    """By definition: the first proof that failed."""
    found: dict[str, list[Trouble]] = {}
    for proof in proofs:
        code = OF_VERDICT.get(proof.verdict)
        key = f"{proof.file}:{proof.name}"
        if code is None or key in found:
            continue
        line = proof.at or proof.line
        found[key] = [
            Trouble(
                code=code,
                severity=(Severity.SILENT if code == DIFFERS else Severity.ERROR).value,
                line=line,
                end_line=line,
                symbol=proof.name,
                message=f"{proof.name}({proof.arguments}): {proof.reason}",
            )
        ]
    return found


def _trouble(finding: CodeFinding) -> Trouble:
    return Trouble(
        code=finding.code,
        severity=finding.severity.value,
        line=finding.line,
        end_line=finding.end_line,
        symbol=finding.symbol,
        message=finding.message,
        hint=finding.hint,
    )


def _order(
    file: str, inside: str, troubles: Sequence[Trouble], text: str, provable: bool, rules: Mapping[str, Rule]
) -> WorkOrder:
    known = [rules[code] for code in dict.fromkeys(t.code for t in troubles) if code in rules]
    line, end = min(t.line for t in troubles), max(t.end_line for t in troubles)
    hints = list(dict.fromkeys(t.hint for t in troubles if t.hint))
    examples = [
        f"{rule.code}: `{rule.before}` becomes `{rule.after}`" for rule in known if rule.before and rule.after
    ]
    return WorkOrder(
        id="",
        title=_title(troubles, inside),
        file=file,
        line=line,
        end_line=end,
        definition=inside,
        troubles=tuple(troubles),
        why="\n".join(f"{rule.code}: {rule.why or rule.summary}" for rule in known),
        suggestion="\n".join([*hints, *examples]),
        context=_excerpt(text, line, end),
        check=Check.DEFINITION if provable else Check.PERSON,
        accept="",
        hours=hours_of(troubles, provable=provable),
    )


def _title(troubles: Sequence[Trouble], inside: str) -> str:
    first = troubles[0].message
    more = f" (and {len(troubles) - 1} more)" if len(troubles) > 1 else ""
    return f"{f'{inside}: ' if inside else ''}{first}{more}"


def _excerpt(text: str, line: int, end: int) -> str:
    lines = text.splitlines()
    first, last = max(line - _CONTEXT, 1), min(end + _CONTEXT, len(lines))
    return "\n".join(f"{number:5} {lines[number - 1]}" for number in range(first, last + 1))


def _in_order(found: Sequence[WorkOrder], provable: Mapping[str, frozenset[str]]) -> list[WorkOrder]:
    """Numbered, each behind those that its definition uses; otherwise by file and line, provable ones first."""
    import msgspec

    by_key: dict[str, list[int]] = {}
    for number, order in enumerate(found):
        by_key.setdefault(f"{order.file}:{order.definition}", []).append(number)
    ordered: list[int] = []
    open_: set[int] = set()

    def visit(number: int) -> None:
        if number in ordered or number in open_:
            return
        open_.add(number)
        for needed in sorted(_needed(found[number], by_key, provable)):
            visit(needed)
        ordered.append(number)

    for number in sorted(range(len(found)), key=lambda n: (found[n].check, found[n].file, found[n].line)):
        visit(number)
    names = {number: f"WO-{place}" for place, number in enumerate(ordered, 1)}
    done = []
    for place, number in enumerate(ordered):
        needs = [n for n in ordered[:place] if n in _needed(found[number], by_key, provable)]
        done.append(
            msgspec.structs.replace(
                found[number],
                id=names[number],
                accept=f"keras-migrate accept {names[number]}",
                after=tuple(names[n] for n in needs),
            )
        )
    return done


def _needed(
    order: WorkOrder, by_key: Mapping[str, list[int]], provable: Mapping[str, frozenset[str]]
) -> set[int]:
    key = f"{order.file}:{order.definition}"
    return {n for used in provable.get(key, ()) if used != key for n in by_key.get(used, ())}
