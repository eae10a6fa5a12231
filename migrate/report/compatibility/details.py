"""What a ``migration.json`` adds to the contract: layers, rules with before and after, parity, signatures.

Each part may be missing or have a different shape (an older or newer writer): unreadable parts are left out, and the
figures of ``report.json`` remain.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from migrate.report.compatibility.model_records import (
    Fired,
    LayerError,
    LayerRow,
    OutputRow,
    Parity,
    Untouched,
)

MAX_SAMPLES = 512
_NUMBERS = frozenset({float, int})
MAX_TEXT = 2_000
"""Maximum length of a before or after text; the whole configuration is in ``migration.json`` itself."""


def layers(detail: Mapping[str, Any]) -> list[LayerRow]:
    """Rows of ``layers``."""
    return [
        LayerRow(
            path=_text(row.get("path")),
            class_name=_text(row.get("class_name")),
            parameters=int(_number(row.get("parameters")) or 0),
            rules=_texts(row.get("rules")),
        )
        for row in _rows(detail.get("layers"))
    ]


def total_parameters(rows: Sequence[LayerRow]) -> int:
    """Parameters of a model, counting those of nested models once.

    A nested model may have its own row and rows of its layers; HDF5 stores its arrays under the former, an archive
    under the latter, and a migrated model counts them in both.
    """
    names = {row.path for row in rows}
    below: dict[str, int] = {}
    total = 0
    for row in sorted(rows, key=lambda row: row.path.count("/"), reverse=True):
        count = max(row.parameters, below.get(row.path, 0))
        parent = row.path.rpartition("/")[0]
        if parent in names:
            below[parent] = below.get(parent, 0) + count
        else:
            total += count
    return total


def untouched(told: Mapping[str, Any] | None) -> Untouched | None:
    """What stock Keras 3 did with the untouched file; None if it was not tried."""
    if not told or not told.get("outcome"):
        return None
    return Untouched(
        outcome=_text(told["outcome"]), max_rel=_number(told.get("max_rel")), reason=_text(told.get("reason"))
    )


def fired(detail: Mapping[str, Any]) -> list[Fired]:
    """Rows of ``rules``; before and after may be any JSON and become text."""
    return [
        Fired(
            code=_text(row.get("code")),
            place=_text(row.get("place")),
            before=_shown(row.get("before")),
            after=_shown(row.get("after")),
        )
        for row in _rows(detail.get("rules"))
    ]


def signatures(detail: Mapping[str, Any]) -> dict[str, Any]:
    """``{"old": …, "new": …}``, with any values."""
    found = detail.get("signatures")
    return {k: v for k, v in found.items() if k in ("old", "new") and v} if isinstance(found, Mapping) else {}


def training(summary: Mapping[str, Any] | None, detail: Mapping[str, Any]) -> dict[str, str]:
    """The result for each part of the training state: ``kept``, or ``mapped: how``, or ``lost: why``."""
    more = detail.get("training")
    parts: Mapping[str, Any] = more if isinstance(more, Mapping) else {}
    found = {}
    for name, state in (summary or {}).items():
        part = parts.get(name)
        said = part.items() if isinstance(part, Mapping) else ()
        how = "; ".join(str(text) for key, text in said if key != "state" and text and isinstance(text, str))
        found[name] = f"{state}: {how}" if how and state else _text(state)
    return {name: text for name, text in found.items() if text}


def parity(summary: Mapping[str, Any] | None, detail: Mapping[str, Any]) -> Parity | None:
    """The figures of the contract combined with the rows and samples of ``migration.json``."""
    known: Mapping[str, Any] = summary or {}
    outputs = [_output(row) for row in _rows(detail.get("outputs"))]
    if not known and not outputs:
        return None
    reference, migrated = _samples(detail.get("samples"))
    coverage = known.get("coverage")
    measured: Mapping[str, Any] = coverage if isinstance(coverage, Mapping) else {}
    return Parity(
        evidence=_text(known.get("evidence")),
        covered=_number(measured.get("weights")),
        uncovered=_texts(measured.get("uncovered")),
        assumptions=_texts(known.get("assumptions")),
        cases=int(_number(known.get("cases")) or 0),
        max_abs=_number(known.get("max_abs")),
        max_rel=_number(known.get("max_rel")),
        tolerance=_tolerance(outputs),
        first_divergent_layer=_text(known.get("first_divergent_layer")),
        outputs=outputs,
        layers=[
            LayerError(
                layer=_text(row.get("layer")),
                max_abs=_number(row.get("max_abs")),
                max_rel=_number(row.get("max_rel")),
            )
            for row in _rows(detail.get("layer_parity"))
        ],
        reference=reference,
        migrated=migrated,
    )


def _tolerance(outputs: list[OutputRow]) -> float:
    from migrate.parity.tolerance import DEFAULTS

    known = [DEFAULTS[output.dtype].relative for output in outputs if output.dtype in DEFAULTS]
    return max(known, default=DEFAULTS["float32"].relative)


def _output(row: Mapping[str, Any]) -> OutputRow:
    shape = row.get("shape")
    return OutputRow(
        name=_text(row.get("name")),
        shape=" × ".join("?" if n is None else str(n) for n in shape)
        if isinstance(shape, list)
        else _text(shape),
        dtype=_text(row.get("dtype")),
        max_abs=_number(row.get("max_abs")),
        max_rel=_number(row.get("max_rel")),
        cosine=_number(row.get("cosine")),
        argmax_agreement=_number(row.get("argmax_agreement")),
    )


def _samples(found: Any) -> tuple[list[float], list[float]]:
    if not isinstance(found, Mapping):
        return [], []
    old, new = found.get("reference"), found.get("migrated")
    if not (isinstance(old, list) and isinstance(new, list)):
        return [], []
    old, new = old[:MAX_SAMPLES], new[:MAX_SAMPLES]
    # JSON has no infinity and writes NaN as null, so every number is finite. Nearly always all values are numbers.
    if len(old) == len(new) and {*map(type, old), *map(type, new)} <= _NUMBERS:
        return old, new
    kept = [(a, b) for a, b in zip(old, new, strict=False) if type(a) in _NUMBERS and type(b) in _NUMBERS]
    return [a for a, _ in kept], [b for _, b in kept]


def _rows(found: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(found, list):
        yield from (row for row in found if isinstance(row, Mapping))


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return float(value)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _texts(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else "" if value is None else compact(value)
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + " …"


def compact(value: Any, indent: str = "", width: int = 72) -> str:
    """JSON for reading: values that fit on one line are written on one.

    Example: ``{"shape": [1, 2]}``, with one key per line only if the line would be too long.
    """
    line = json.dumps(value, ensure_ascii=False, default=str)
    if len(indent) + len(line) <= width or not isinstance(value, (dict, list)):
        return line
    inner = indent + "  "
    if isinstance(value, dict):
        rows = [
            f"{json.dumps(str(k), ensure_ascii=False)}: {compact(v, inner, width)}" for k, v in value.items()
        ]
    else:
        rows = [compact(v, inner, width) for v in value]
    left, right = "{}" if isinstance(value, dict) else "[]"
    return f"{left}\n" + ",\n".join(f"{inner}{row}" for row in rows) + f"\n{indent}{right}"


def alike(sides: Mapping[str, Any]) -> dict[str, Any]:
    """Both sides as a bare endpoint if one of them is one and the other has only that one."""
    bare = any(isinstance(side, Mapping) and "inputs" in side for side in sides.values())
    return {name: _only(side) if bare else side for name, side in sides.items()}


def _only(side: Any) -> Any:
    one = isinstance(side, Mapping) and len(side) == 1 and "inputs" not in side
    return next(iter(side.values())) if one else side


def signature_text(value: Any) -> str:
    """Endpoints with their inputs and outputs, one tensor per line; other shapes are shown as JSON.

    Takes one endpoint (``{"inputs": [{"name", "shape", "dtype"}], "outputs": …}``) or several by name.
    """
    if not isinstance(value, Mapping):
        return compact(value)
    if "inputs" in value or "outputs" in value:
        return "\n".join(_endpoint(value))
    lines = []
    for name, endpoint in value.items():
        lines.append(str(name))
        lines += (
            [f"  {line}" for line in _endpoint(endpoint)]
            if isinstance(endpoint, Mapping)
            else [compact(endpoint)]
        )
    return "\n".join(lines)


def _endpoint(endpoint: Mapping[str, Any]) -> list[str]:
    lines = []
    for word, key in (("in ", "inputs"), ("out", "outputs")):
        names = endpoint.get(f"{word.strip()}put_names")
        for position, (name, tensor) in enumerate(_tensors(endpoint.get(key))):
            known = isinstance(names, list) and position < len(names)
            lines.append(f"{word} {names[position] if known else name}: {tensor}")  # type: ignore[index]
    return lines


def _tensors(found: Any) -> Iterator[tuple[str, str]]:
    if isinstance(found, Mapping):
        yield from ((str(name), _tensor(tensor)) for name, tensor in found.items())
    for row in _rows(found):
        yield _text(row.get("name")), _tensor([row.get("dtype"), row.get("shape")])


def _tensor(found: Any) -> str:
    match found:
        case [dtype, list(shape)]:
            return f"{dtype} [{', '.join('?' if size is None else str(size) for size in shape)}]"
        case [dtype, None]:
            return f"{dtype} of unknown shape"
        case str():
            return found
        case _:
            return compact(found)
