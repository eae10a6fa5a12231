"""What the code of a repository makes its worker say is no answer unless it is one; it never ends the command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from migrate.proving.records import Verdict
from migrate.proving.run import Sources, prove_one
from migrate.worlds.host.environment import World
from migrate.worlds.host.pool import Pool

LAYER = """from tensorflow import keras


class Twice(keras.layers.Layer):
    def call(self, inputs):
        return 2 * inputs
"""
HANDLERS = """
import json
from pathlib import Path
def answer(params, scratch):
    told = json.loads(Path(__file__).with_suffix(".json").read_text())
    if told.get("file") == "arrays":
        (scratch / "arrays").write_bytes(b"no arrays")
        told["file"] = str(scratch / "arrays")
    return told
HANDLERS = {"prove_reference": answer, "prove_result": answer}
"""
REFERENCE = """
from migrate.capsule.store import save_arrays
def answer(params, scratch):
    save_arrays(scratch / "arrays", {})
    executed = {"Twice": {"run": 1, "all": 1, "missed": []}}
    told = {"cases": [], "random": [], "refused": [], "kind": "layer", "executed": executed}
    return told | {"file": str(scratch / "arrays")}
HANDLERS = {"prove_reference": answer}
"""
WHOLE: dict[str, Any] = {
    "cases": [],
    "random": [],
    "refused": [],
    "kind": "layer",
    "file": "arrays",
    "executed": {},
}
FORGED = {
    "nothing": {},
    "arrays that are none": WHOLE,
    "a path elsewhere": WHOLE | {"file": "/etc/passwd"},
    "a number for a path": WHOLE | {"file": 3},
    "text for cases": WHOLE | {"cases": "many"},
    "cases that are none": WHOLE | {"cases": [{"kinds": 1}]},
    "lines that are none": WHOLE | {"executed": {"Twice": {"missed": ["x"], "run": 1, "all": 1}}},
}


@pytest.mark.parametrize("forged", sorted(FORGED))
def test_a_forged_answer_proves_nothing(forged: str, tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "layers.py").write_text(LAYER)
    handlers = tmp_path / "handlers.py"
    handlers.write_text(HANDLERS)
    handlers.with_suffix(".json").write_text(json.dumps(FORGED[forged]))
    sources = Sources(tmp_path / "code")
    subjects, _ = sources.found()
    worlds = dict.fromkeys(World, handlers)
    with Pool(1, tmp_path / "p", handlers=worlds, read=[tmp_path]) as pool, pool.slot() as slot:
        proofs = prove_one(subjects[0], sources, sources.calls(), slot)
    assert {proof.verdict for proof in proofs} == {Verdict.UNPROVEN}
    assert all("worker" in proof.reason for proof in proofs), [proof.reason for proof in proofs]


def test_a_forged_answer_of_keras_3_does_not_call_a_definition_broken(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "layers.py").write_text(LAYER)
    honest, forging = tmp_path / "reference.py", tmp_path / "handlers.py"
    honest.write_text(REFERENCE)
    forging.write_text(HANDLERS)
    forging.with_suffix(".json").write_text("{}")
    sources = Sources(tmp_path / "code")
    subjects, _ = sources.found()
    worlds = {World.LEGACY: honest, World.MODERN: forging}
    with Pool(1, tmp_path / "p", handlers=worlds, read=[tmp_path]) as pool, pool.slot() as slot:
        proofs = prove_one(subjects[0], sources, sources.calls(), slot)
    assert {proof.verdict for proof in proofs} == {Verdict.UNPROVEN}
    assert all("the modern worker" in proof.reason for proof in proofs), [proof.reason for proof in proofs]
