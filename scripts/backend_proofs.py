"""Run the proofs of the source rules on other backends: ``python scripts/backend_proofs.py [--backend jax] …``.

Each proof is a program that is run under tf-keras and, rewritten, under Keras 3 (``tests/proofs``). Here
it is rewritten with ``--backend any`` and run with TensorFlow and with another backend; the results must agree. A
program that mentions TensorFlow afterwards is not run: it must have a finding that says so. What fails on the other
backend and has no finding is printed, and makes the exit status 1.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from codemods.rules.api import Backend, Target, all_source_rules  # noqa: E402
from codemods.testing import run  # noqa: E402
from migrate.findings import Fix  # noqa: E402
from tests.proofs.test_proofs import WORLD, equal  # noqa: E402

_BOUND = re.compile(r"\btf\.|\btensorflow\.")
"""What a program holds that computes with TensorFlow."""


def programs() -> dict[str, tuple[str, float, list[str]]]:
    """By name: the rewritten program, its tolerance, and the codes of what is left to a person."""
    found: dict[str, tuple[str, float, list[str]]] = {}
    for rule in all_source_rules():
        if Target.KERAS not in rule.targets:
            continue
        for number, proof in enumerate(rule.proofs, 1):
            unsafe = proof.unsafe or rule.fix is Fix.UNSAFE
            outcome = run(rule.program(proof.program), unsafe=unsafe, backend=Backend.ANY)
            left = sorted({finding.code for finding in outcome.findings if not finding.applied})
            found[f"{rule.code}-{number}"] = (outcome.text, proof.tolerance, left)
    return found


def answers(backend: str, asked: dict[str, str], python: str) -> dict[str, dict[str, Any]]:
    """What one process answers to programs by name."""
    lines = "".join(json.dumps({"id": name, "code": code}) + "\n" for name, code in asked.items())
    done = subprocess.run(
        [python, str(WORLD), "modern", backend], input=lines, capture_output=True, text=True, check=False
    )
    return {answer["id"]: answer for answer in map(json.loads, done.stdout.splitlines())}


def main() -> None:
    """Run the proofs and print how they went, by backend."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--backend", action="append", choices=["jax", "torch"])
    parser.add_argument("--python", default=sys.executable, help="has TensorFlow and the other backends")
    args = parser.parse_args()
    known = programs()
    bound = {name for name, (text, _, _) in known.items() if _BOUND.search(text)}
    unsaid = sorted(name for name in bound if not known[name][2])
    free = {name: text for name, (text, _, _) in known.items() if name not in bound}
    print(
        f"{len(known)} programs, {len(bound)} of them with TensorFlow left, {len(unsaid)} of these without a finding"
    )
    expected = answers("tensorflow", free, args.python)
    silent = 0
    for backend in args.backend or ["jax", "torch"]:
        got = answers(backend, free, args.python)
        counts: Counter[str] = Counter()
        for name, (_, tolerance, left) in known.items():
            if name in bound or "raised" in expected.get(name, {"raised": ""}):
                continue
            answer = got.get(name, {"raised": "the process ended"})
            same = "raised" not in answer and equal(
                expected[name]["result"], answer["result"], max(tolerance, 1e-5)
            )
            outcome = "equal" if same else "found" if left else "silent"
            counts[outcome] += 1
            if outcome == "silent":
                print(f"  {backend} {name}: {answer.get('raised', 'another result')[:160]}")
        silent += counts["silent"]
        print(f"{backend}: {dict(counts)} of {counts.total()}")
    sys.exit(1 if silent or unsaid else 0)


if __name__ == "__main__":
    main()
