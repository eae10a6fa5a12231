"""Runs in the reader world for ``scripts/fuzz.py``: makes mutated files and reads each with every reader."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

from migrate.findings import MigrationError
from migrate.formats.bounded import bounded_memory
from migrate.formats.identify import identify
from migrate.formats.read import read
from migrate.scan.files import scan_one

_SEEDS: dict[str, bytes] = {}
_INTERESTING = (
    0,
    1,
    0x7F,
    0x80,
    0xFF,
    0xFFFF,
    0x7FFFFFFF,
    0xFFFFFFFF,
    0x7FFFFFFFFFFFFFFF,
    0xFFFFFFFFFFFFFFFF,
)


def mutate(data: bytes, rng: random.Random, other: bytes) -> bytes:
    """One to eight changes: flipped bits, numbers at the edge of their range, cuts, repeats, splices, swaps of text."""
    made = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 8))):
        if not made:
            break
        at = rng.randrange(len(made))
        kind = rng.randrange(8)
        if kind == 0:
            made[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            made[at] = rng.randrange(256)
        elif kind == 2:
            width = rng.choice((1, 2, 4, 8))
            value = rng.choice(_INTERESTING) & ((1 << 8 * width) - 1)
            made[at : at + width] = value.to_bytes(width, rng.choice(("little", "big")))
        elif kind == 3:
            del made[at:]
        elif kind == 4:
            del made[at : at + rng.randrange(1, 64)]
        elif kind == 5:
            made[at:at] = made[at : at + rng.randrange(1, 256)]
        elif kind == 6 and other:
            start = rng.randrange(len(other))
            made[at : at + 64] = other[start : start + 64]
        else:
            for old, new in ((b'"', b"{"), (b"null", b"1e999"), (b"Dense", b"Lambda"), (b"[", b"[[")):
                if old in made and rng.random() < 0.3:
                    where = made.find(old, at)
                    if where >= 0:
                        made[where : where + len(old)] = new
    return bytes(made)


def run(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Mutations ``start`` to ``start + count``: slowest, outcomes, and exceptions that no reader should raise."""
    seeds = params["seeds"]
    for name in seeds:
        if name not in _SEEDS:
            _SEEDS[name] = Path(name).read_bytes()
    outcomes: dict[str, int] = {}
    strange: list[dict[str, Any]] = []
    slowest, slowest_number = 0.0, -1
    target = scratch / "mutant"
    progress, beside = scratch / "current", scratch / "current.new"
    for number in range(params["start"], params["start"] + params["count"]):
        beside.write_text(str(number))
        beside.replace(progress)
        rng = random.Random(f"{params['salt']}-{number}")
        name = seeds[number % len(seeds)]
        path = target.with_suffix(Path(name).suffix)
        path.write_bytes(mutate(_SEEDS[name], rng, _SEEDS[seeds[rng.randrange(len(seeds))]]))
        began = time.perf_counter()
        for reader in (identify, scan_one, read):
            try:
                with bounded_memory(path):
                    reader(path)
                code = "fine"
            except MigrationError as error:
                code = error.code
            except Exception as error:  # noqa: BLE001 - the finding of a fuzzer
                code = "STRANGE"
                strange.append(
                    {"number": number, "reader": reader.__name__, "error": repr(error)[:300], "seed": name}
                )
            outcomes[f"{reader.__name__} {code}"] = outcomes.get(f"{reader.__name__} {code}", 0) + 1
        seconds = time.perf_counter() - began
        if seconds > slowest:
            slowest, slowest_number = seconds, number
    return {"outcomes": outcomes, "strange": strange, "slowest": slowest, "slowest_number": slowest_number}


def keep(params: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """The bytes of one mutation, as a file in the scratch folder."""
    seeds = params["seeds"]
    name = seeds[params["number"] % len(seeds)]
    rng = random.Random(f"{params['salt']}-{params['number']}")
    other = Path(seeds[rng.randrange(len(seeds))]).read_bytes()
    target = scratch / f"kept{Path(name).suffix}"
    target.write_bytes(mutate(Path(name).read_bytes(), rng, other))
    return {"path": str(target)}


HANDLERS = {"run": run, "keep": keep}
