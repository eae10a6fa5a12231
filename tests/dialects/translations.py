"""What becomes of each authentic file, a line each: the rules that fire, and the layers of Keras 3 that it ends as.

``python -m tests.dialects.translations`` writes ``translations.tsv`` anew; its diff says which files a change of the
rules touches.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from migrate.dialects import registry  # noqa: F401 - registers the rules
from migrate.dialects.training import plan_training
from migrate.dialects.translate import era_of, translate
from migrate.findings import MigrationError
from migrate.formats.own_names import OwnCode
from migrate.formats.read import read
from tests.dialects.authentic import MODELS

TABLE = Path(__file__).parent / "translations.tsv"
LAYERED = {"h5", "h5+json", "h5+yaml", "keras", "saved_model", "checkpoint"}


class Translated(NamedTuple):
    """One file: codes of rules that fired, or of what refused it, of findings, layers of Keras 3, and its training."""

    codes: tuple[str, ...]
    said: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    training: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\t".join(map(_counted, self))


def cases() -> Iterator[tuple[str, dict[str, Any]]]:
    """Names (``keras-1.2.2/mlp``) and descriptions of the files that hold layers."""
    for file in sorted(MODELS.glob("*/*/case.json")):
        case = json.loads(file.read_text(encoding="utf-8"))
        if case["kind"] in LAYERED:
            yield file.parent.relative_to(MODELS).as_posix(), case


@cache
def translated(name: str) -> Translated:
    """A file, translated as a migration does it."""
    case = json.loads((MODELS / name / "case.json").read_text(encoding="utf-8"))
    try:
        artifact = read(MODELS / name / case["artifact"])
        era = era_of(artifact)
        translation = translate(artifact, era, own=OwnCode(proven="golden" in case))
        plan = plan_training(artifact, era, translation.assigned, translation.modern)
    except MigrationError as error:
        return Translated((error.code,))
    fired = [one.code for one in (*translation.notes.fired, *plan.fired)]
    said = [finding.code for finding in translation.notes.findings]
    classes = [layer.class_name for _, layer in translation.modern.walk()]
    slots = [slot for slot, arrays in plan.slots.items() for _ in arrays]
    states = [
        f"{part}={is_now['state']}" for part, is_now in plan.states().items() if is_now["state"] != "absent"
    ]
    return Translated(tuple(fired), tuple(said), tuple(classes), (*states, *slots))


def recorded() -> dict[str, str]:
    """The table: by the name of a file that there is, what became of it."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    found = dict(line.split("\t", 1) for line in lines)
    return {name: found[name] for name, _ in cases() if name in found}


def _counted(words: Iterable[str]) -> str:
    return " ".join(f"{word}*{n}" if n > 1 else word for word, n in sorted(Counter(words).items()))


if __name__ == "__main__":
    TABLE.write_text("".join(f"{name}\t{translated(name)}\n" for name, _ in cases()), encoding="utf-8")
