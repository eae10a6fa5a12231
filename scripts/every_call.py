"""Compare every layer and function of the backend of an old Keras with what its migration computes.

``legacy_models/write/every_call.py`` writes, inside an era, one file for each layer with each value of each argument,
one for each expression of the backend, and what the framework makes of them. Here each file is read and rewritten as
a migration does it, built by Keras 3 and called with the recorded inputs. What differs, and every file with a recorded
training step, is migrated by the command: the fault is a difference that is called migrated.

    python scripts/every_call.py FOLDER... [--only Conv2D] [--table docs/function-by-function.tsv]

Exit status 1 when a model that is called migrated computes something else, or one ends as RUN005.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

import hunt  # noqa: E402

from migrate.capsule.store import save_arrays  # noqa: E402
from migrate.findings import MigrationError  # noqa: E402
from migrate.parity.compare import compare_arrays  # noqa: E402
from migrate.pipeline.proof import outputs_of  # noqa: E402
from migrate.pipeline.reference import question_of  # noqa: E402
from migrate.pipeline.request import Backend, Options  # noqa: E402
from migrate.pipeline.staging import stage  # noqa: E402
from migrate.pipeline.translated import modern_objects, modern_structure  # noqa: E402
from migrate.worlds.contracts.models import Predict  # noqa: E402
from migrate.worlds.contracts.modern import Build  # noqa: E402
from migrate.worlds.host.pool import Pool, Slot  # noqa: E402

TOLERANCE = 2e-5
EDGES = ("NaN", "inf", "-inf", "1e30", "-1e30")
"""What stands in each row of ``edges/0``, as ``legacy_models/write/every_call.py`` draws them."""
OPTIONS = Options(backend=Backend.TENSORFLOW, stock_names=tuple(hunt.STOCK_NAMES.split(",")))


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one file.

    Attributes:
        name: of the file, which begins with its era.
        subject: the layer, or the expression of the backend.
        said: arguments and masks, or nothing.
        outcome: ``equal``, ``differs``, or the code that refuses it.
        detail: of a difference or a refusal.
        rules: codes of the rules that fired.
    """

    name: str
    subject: str
    said: Mapping[str, Any]
    outcome: str
    detail: str = ""
    rules: tuple[str, ...] = ()


def answers(pool: Pool, folder: Path, only: str, options: Options = OPTIONS) -> Iterator[Answer]:
    """Every file of a folder, built by Keras 3 and compared with its recording."""
    for recording in sorted((folder / "recorded").glob("*.npz")):
        facts = json.loads(recording.with_suffix(".json").read_text())
        if only in facts["subject"]:
            with np.load(recording) as held, pool.slot() as slot:
                yield _answer(slot, folder, recording.stem, facts, dict(held), options)


def _answer(
    slot: Slot,
    folder: Path,
    name: str,
    facts: Mapping[str, Any],
    recorded: Mapping[str, Any],
    options: Options,
) -> Answer:
    subject, said = facts["subject"], facts["said"]
    try:
        staged = stage(folder / "models" / f"{name}.h5", options, slot)
        translated = slot.reader.ask(question_of(staged, options))
        translated.must_be_translated()
        rules = tuple(sorted({finding.code for finding in translated.findings}))
        objects = modern_objects(slot, staged, modern_structure(slot))
        slot.modern.ask(Build(slot.reader.scratch, objects))
        apart = _apart(slot, recorded, "inputs", "outputs")
        edges = "" if apart or "edges/0" not in recorded else _apart(slot, recorded, "edges", "at_edges")
    except MigrationError as error:
        return Answer(name, subject, said, error.code, error.message[:200])
    outcome = "differs" if apart else "differs at edges" if edges else "equal"
    return Answer(name, subject, said, outcome, apart or edges, rules)


def _apart(slot: Slot, recorded: Mapping[str, Any], given: str, expected: str) -> str:
    """Why an output differs from its recording; nothing where none does."""
    path = slot.inputs / "recorded.safetensors"
    save_arrays(path, {f"0/{n}": array for n, array in enumerate(hunt.numbered(recorded, given))})
    found = outputs_of(slot.modern, Predict(path))
    arrays = [found[key] for key in sorted(found, key=lambda key: int(key.split("/")[1]))]
    wanted = hunt.numbered(recorded, expected)
    if len(arrays) != len(wanted):
        return f"{len(arrays)} outputs, {len(wanted)} were recorded"
    for number, (a, b) in enumerate(zip(wanted, arrays, strict=True)):
        part = compare_arrays(f"output {number}", a, np.asarray(b, a.dtype), relative=TOLERANCE)
        if a.shape != b.shape or not part.equal:
            return f"output {number}: {part.reason}{_rows(a, b) if given == 'edges' else ''}"
    return ""


def _rows(expected: Any, found: Any) -> str:
    """Which of the rows with an odd number differ, by that number."""
    if expected.shape != found.shape or expected.ndim == 0 or len(expected) != len(EDGES):
        return ""
    rows = zip(EDGES, expected, found, strict=True)
    apart = [
        edge
        for edge, a, b in rows
        if not compare_arrays("", a, np.asarray(b, a.dtype), relative=TOLERANCE).equal
    ]
    return f" ({', '.join(apart)})"


def migrated(folder: Path, names: list[str]) -> tuple[Counter[str], list[str]]:
    """The named files through the command, without their recordings, and what is wrong afterwards."""
    with tempfile.TemporaryDirectory(prefix="every-call-") as place:
        apart = Path(place) / folder.name
        (apart / "models").mkdir(parents=True)
        (apart / "recorded").mkdir()
        for name in names:
            shutil.copyfile(folder / "models" / f"{name}.h5", apart / "models" / f"{name}.h5")
            for suffix in (".npz", ".json"):
                shutil.copyfile(
                    folder / "recorded" / f"{name}{suffix}", apart / "recorded" / f"{name}{suffix}"
                )
        hunt.migrate(apart, 1, "keras")
        return hunt.judge(apart, "")


def main() -> int:
    """Compare, migrate what differs, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--only", default="")
    parser.add_argument("--table", type=Path, help="write one line for each file")
    parser.add_argument("--stock-names", default="", help="further classes, separated by commas")
    arguments = parser.parse_args()
    named = (*OPTIONS.stock_names, *filter(None, arguments.stock_names.split(",")))
    options = msgspec.structs.replace(OPTIONS, stock_names=named)
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
    found: list[Answer] = []
    total: Counter[str] = Counter()
    for folder in arguments.folders:
        with (
            tempfile.TemporaryDirectory(prefix="every-call-") as place,
            Pool(1, Path(place), sources=[folder.resolve()]) as pool,
        ):
            here = []
            for one in answers(pool, folder.resolve(), arguments.only, options):
                here.append(one)
                if one.outcome != "equal":
                    said = json.dumps(one.said, sort_keys=True)
                    print(f"{one.name} {one.subject} {said}: {one.outcome} {one.detail}", flush=True)
        print(f"{folder.name}: {hunt.described(Counter(one.outcome for one in here))}", flush=True)
        found += here
        ask = [
            one.name
            for one in here
            if one.outcome == "differs" or "loss" in one.said or "optimizer" in one.said
        ]
        if ask:
            counts, faults = migrated(folder, ask)
            print(
                "\n".join([*faults, f"{folder.name} through the command: {hunt.described(counts)}"]),
                flush=True,
            )
            total += counts
        total["RUN005"] += sum(one.outcome == "RUN005" for one in here)
    if arguments.table:
        rows = [
            f"{o.name}\t{o.subject}\t{json.dumps(o.said, sort_keys=True)}\t{o.outcome}\t{' '.join(o.rules)}\n"
            for o in found
        ]
        arguments.table.write_text("".join(rows), encoding="utf-8")
    return int(any(total[what] for what in hunt.WRONG))


if __name__ == "__main__":
    sys.exit(main())
