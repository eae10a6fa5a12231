"""Is what the coverage calls covered what a comparison notices? Damage migrated models, and compare.

Each authentic model is migrated; then one number of one weight is changed by a tenth of its array's size, an
activation loses its pieces, or steps are changed in front of a recurrent layer, and the model runs on the same probes.
What the comparison notices is set against what the coverage said of that number, or of that branch.

    python scripts/coverage_by_mutation.py [--damages 3] [--seed 0] [--only PATTERN]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from migrate.capsule.model import Array  # noqa: E402
from migrate.findings import Status  # noqa: E402
from migrate.parity.compare import compare_cases  # noqa: E402
from migrate.pipeline.migrate import migrate_artifact  # noqa: E402
from migrate.pipeline.request import ArtifactRequest, Options, Target  # noqa: E402
from migrate.worlds.contracts.models import Predict  # noqa: E402
from migrate.worlds.contracts.modern import Build, Cover  # noqa: E402
from migrate.worlds.host.pool import Pool, Slot  # noqa: E402

KERAS_ONLY = frozenset({Target.KERAS})


class Subject:
    """A migrated model in this process, with its probes and what the coverage says of it."""

    def __init__(self, slot: Slot, scratch: Path) -> None:
        from migrate.worlds.modern import handlers

        self._handlers = handlers
        self._scratch = scratch
        handlers.build(Build(slot.reader.scratch, []), scratch)
        self.model = handlers._held.model
        names = ("golden", "probes", *(f"further{n}" for n in range(1, 9)))
        self._probes = [slot.inputs / f"{n}.safetensors" for n in names]
        self._probes = [path for path in self._probes if path.is_file()]
        for path in self._probes:
            handlers.cover(Cover(path, "", None), scratch)
        self.covered = handlers._held.covered
        self._before = self._run()

    def _run(self) -> list[dict[str, Array]]:
        from migrate.capsule.store import load_arrays

        results = []
        for path in self._probes:
            reply = self._handlers.predict(Predict(path, out="mutant.safetensors"), self._scratch)
            results.append(load_arrays(Path(reply.file)))
        return results

    def notices(self) -> bool:
        """Whether an output of the model, as it is now, differs from what it was."""
        return not all(
            comparison.equal
            for before, after in zip(self._before, self._run(), strict=True)
            for comparison in compare_cases(before, after, [])
        )


def _is_read(variable: Any, arrays: Mapping[str, Array]) -> bool:
    """Whether the layer computes with the variable itself, and not with what it made of it."""
    return variable.path in arrays and arrays[variable.path].shape == tuple(variable.shape)


def damage_weights(subject: Subject, rng: np.random.Generator, count: int) -> Iterator[tuple[bool, bool]]:
    """Whether a damage was said to be noticed, and whether it was."""
    from migrate.worlds.guest.sensitivity import CHANGE

    variables = {v.path: v for v in subject.model.weights if _is_read(v, subject.covered.arrays)}
    for path in rng.choice(sorted(variables), size=count) if variables else []:
        variable, mask = variables[path], subject.covered.arrays[path]
        old = np.array(variable.numpy())
        if not old.size:
            continue
        place = tuple(rng.integers(0, size) for size in old.shape)
        size = max(abs(float(old[place])), float(np.sqrt(np.mean(np.square(old.astype(np.float64))))))
        new = old.copy()
        new[place] = old[place] + rng.choice([-1, 1]) * CHANGE * (size or 1.0)
        variable.assign(new)
        yield bool(mask[place]), subject.notices()
        variable.assign(old)


def damage_activations(subject: Subject, rng: np.random.Generator) -> Iterator[tuple[bool, bool]]:
    """The same for one activation in pieces that becomes the identity: seen where a piece beside it was met."""
    layers = {f"{layer.path}/activation": layer for layer in subject.model._flatten_layers()}
    places = [
        place
        for place in sorted(subject.covered.branches)
        if place in layers
        and getattr(getattr(layers[place], "activation", None), "__name__", "") in ("relu", "relu6")
    ]
    for place in rng.choice(places, size=1) if places else []:
        layer, met = layers[place], subject.covered.branches[place]
        old = layer.activation
        layer.activation = lambda value: value
        yield met[0], subject.notices()
        layer.activation = old


_STEPS = (slice(0, 1), slice(1, -1), slice(-1, None))
"""The pieces of a sequence: the first step, those between, the last one."""


def damage_steps(subject: Subject, rng: np.random.Generator) -> Iterator[tuple[bool, bool]]:
    """The same for a piece of what a recurrent layer reads: steps are changed by a tenth of the sequence's size."""
    import tensorflow as tf

    from migrate.worlds.guest.sensitivity import CHANGE

    layers = {f"{layer.path}/steps": layer for layer in subject.model._flatten_layers()}
    places = [place for place in sorted(subject.covered.branches) if place in layers]
    for place in rng.choice(places, size=1) if places else []:
        layer, met = layers[place], subject.covered.branches[place]
        number = int(rng.integers(len(_STEPS)))
        original = layer.call

        def call(
            sequences: Any, *args: Any, original: Any = original, number: int = number, **kwargs: Any
        ) -> Any:
            values = np.array(sequences)
            size = float(np.sqrt(np.mean(np.square(values.astype(np.float64)))))
            part = values[:, _STEPS[number]]
            values[:, _STEPS[number]] = part + CHANGE * np.where(part < 0, -1, 1) * np.maximum(
                np.abs(part), size
            )
            return original(tf.convert_to_tensor(values, sequences.dtype), *args, **kwargs)

        layer.call = call
        try:
            yield met[number], subject.notices()
        finally:
            del layer.call


def models(only: str) -> list[Path]:
    """Files of the authentic models that hold layers."""
    folder = ROOT / "legacy_models"
    found = [
        p for kind in ("model.h5", "model.keras", "model.weights.h5") for p in folder.glob(f"*/*/{kind}")
    ]
    return sorted(path for path in found if only in str(path))


def main() -> None:
    """Migrate, damage, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--damages", type=int, default=3, help="weights that are damaged in each model")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="part of the path of the models")
    parser.add_argument("--minutes", type=float, default=60, help="no model is begun after this time")
    arguments = parser.parse_args()
    rng = np.random.default_rng(arguments.seed)
    weights: Counter[tuple[bool, bool]] = Counter()
    branches: Counter[tuple[bool, bool]] = Counter()
    steps: Counter[tuple[bool, bool]] = Counter()
    promised, count, began = 0.0, 0, time.monotonic()
    with tempfile.TemporaryDirectory() as name, Pool(1, Path(name), sources=[ROOT / "legacy_models"]) as pool:
        for number, path in enumerate(rng.permutation(models(arguments.only))):
            if time.monotonic() - began > 60 * arguments.minutes:
                break
            with pool.slot() as slot:
                request = ArtifactRequest(path, path.name, Path(name) / "out", f"model{number}")
                result = migrate_artifact(request, Options(targets=KERAS_ONLY, seed=arguments.seed), slot)
                coverage = result.parity.coverage if result.parity else None
                if result.status is not Status.MIGRATED or coverage is None or result.outputs.custom_objects:
                    continue
                try:
                    subject = Subject(slot, Path(name))
                except ValueError as error:  # what a model computes in the worker's way alone
                    print(f"not run here: {path.relative_to(ROOT)}: {str(error).splitlines()[0]}", flush=True)
                    continue
                found = list(damage_weights(subject, rng, arguments.damages))
                weights.update(found)
                branches.update(damage_activations(subject, rng))
                steps.update(damage_steps(subject, rng))
                promised += coverage.weights * len(found)
                count += 1
                print(f"{weights.total()} numbers in {count} models", file=sys.stderr, flush=True)
                for said, noticed in found:
                    if said and not noticed:
                        print(f"covered, and not noticed: {path.relative_to(ROOT)}", flush=True)
    report(count, promised, weights, branches)
    print(
        f"{steps.total()} pieces of sequences changed: of {steps[True, True] + steps[True, False]} that were covered "
        f"{steps[True, True]} noticed, of {steps[False, True] + steps[False, False]} others {steps[False, True]}"
    )


def report(count: int, promised: float, weights: Counter[Any], branches: Counter[Any]) -> None:
    """Print the figures."""
    total = weights.total()
    noticed = weights[True, True] + weights[False, True]
    print(
        f"{total} numbers damaged in {count} models: {noticed} noticed, the coverage promised {promised:.1f}"
    )
    print(f"  said to be covered {weights[True, True] + weights[True, False]}: {weights[True, True]} noticed")
    print(
        f"  said not to be covered {weights[False, True] + weights[False, False]}: {weights[False, True]} noticed"
    )
    print(f"{branches.total()} activations made linear: ", end="")
    print(
        f"of {branches[True, True] + branches[True, False]} with both sides met {branches[True, True]} noticed, ",
        end="",
    )
    print(f"of {branches[False, True] + branches[False, False]} others {branches[False, True]}")


if __name__ == "__main__":
    main()
