"""Carry a training plan to the modern world: JSON beside arrays, as the capsule does."""

from __future__ import annotations

import json
from pathlib import Path

from migrate.capsule.store import save_arrays
from migrate.dialects.training.plan import TrainingPlan


def save_plan(plan: TrainingPlan, folder: Path, stem: str = "training") -> tuple[Path, Path]:
    """Write ``STEM.json`` and ``STEM.safetensors`` (arrays under ``slot|path``): what `CompileModel` asks for."""
    plan_file, slots_file = folder / f"{stem}.json", folder / f"{stem}.safetensors"
    document = {"compile": plan.compile, "iterations": plan.iterations, "extras": dict(plan.extras)}
    plan_file.write_text(json.dumps(document), encoding="utf-8")
    save_arrays(
        slots_file, {f"{slot}|{path}": a for slot, arrays in plan.slots.items() for path, a in arrays.items()}
    )
    return plan_file, slots_file
