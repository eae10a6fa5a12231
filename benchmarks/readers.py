"""What writing for every release of Keras 3 costs: migrations with the default, and with it switched off.

Both run in this process on the same models, model by model in turn, each with warm workers of its own: one modern
world is the product's, in the other the archive stays as the installed Keras writes it. The figure is the ratio of
the processor time of all workers, which other work on the machine changes less than seconds: of means over the rounds,
with its standard error.

    python benchmarks/readers.py [--rounds 10] [--cases mlp,siamese]
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from migrate.pipeline.migrate import migrate_artifact  # noqa: E402
from migrate.pipeline.request import ArtifactRequest, Options  # noqa: E402
from migrate.worlds.host.environment import World  # noqa: E402
from migrate.worlds.host.pool import Pool, Slot  # noqa: E402

CASES = ("mlp", "merging", "siamese", "separable", "masked_stack", "transfer")
AS_IT_IS = "from migrate.worlds.modern.handlers import HANDLERS\n"
_PROCESS_CLOCK = 2
"""The kind of clock in the lowest bits of its number, whose others are the process (``clock_getcpuclockid``)."""
SWITCHED_OFF = AS_IT_IS + (
    "from migrate.worlds.modern import export\nexport.make_portable_for_newest = lambda *_: []\n"
)


def processor_seconds(slot: Slot) -> float:
    """Of all workers of a slot since they began, by the clock that Linux keeps of each process (in nanoseconds)."""
    clocks = [
        (~worker.pid << 3) | _PROCESS_CLOCK for worker in slot.workers.values() if worker.pid is not None
    ]
    return sum(time.clock_gettime_ns(clock) for clock in clocks) / 1e9


def migrated(slot: Slot, case: str, out: Path) -> float:
    """Processor seconds of one migration."""
    before = processor_seconds(slot)
    path = ROOT / "legacy_models" / "keras-2.2.4" / case / "model.h5"
    result = migrate_artifact(ArtifactRequest(path, case, out, case), Options(seed=0, force=True), slot)
    assert result.status == "migrated", result.findings
    return processor_seconds(slot) - before


def ratio_of_means(one: list[float], two: list[float]) -> tuple[float, float]:
    """The ratio of the means of two samples, and its standard error (nan for samples of one)."""
    ratio = statistics.fmean(one) / statistics.fmean(two)
    if len(one) < 2:
        return ratio, math.nan
    parts = (
        statistics.stdev(sample) / statistics.fmean(sample) / math.sqrt(len(sample)) for sample in (one, two)
    )
    return ratio, ratio * math.hypot(*parts)


def main() -> None:
    """Warm both, then measure in turn."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--cases", default=",".join(CASES))
    options = parser.parse_args()
    rounds = options.rounds
    os.environ["PYTHONPATH"] = str(ROOT)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pools = {}
        for kind, text in (("default", AS_IT_IS), ("off", SWITCHED_OFF)):
            handlers = folder / f"{kind}.py"
            handlers.write_text(text)
            pools[kind] = Pool(1, folder / kind, handlers={World.MODERN: handlers}, sources=[ROOT])
        with pools["default"] as first, pools["off"] as second:
            slots = {"default": first.slots[0], "off": second.slots[0]}
            for kind, slot in slots.items():  # imports, and the first trace of each operation
                migrated(slot, "mlp", folder / f"out-{kind}")
                slot.reset()
            ratios = []
            for case in options.cases.split(","):
                seconds: dict[str, list[float]] = {"default": [], "off": []}
                for _ in range(rounds):
                    for kind, slot in slots.items():
                        seconds[kind].append(migrated(slot, case, folder / f"out-{kind}"))
                        slot.reset()
                ratio, error = ratio_of_means(seconds["default"], seconds["off"])
                ratios.append(ratio)
                mean = {kind: statistics.fmean(found) for kind, found in seconds.items()}
                print(
                    f"{case:14} default {mean['default']:.3f} s, off {mean['off']:.3f} s: {ratio:.3f} ± {error:.3f}",
                    flush=True,
                )
    print(f"median of {len(ratios)} models: {statistics.median(ratios):.3f}")


if __name__ == "__main__":
    main()
