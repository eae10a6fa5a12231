"""JSON of the two contracts, in any size: a small believable repository and a large one."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path
from typing import Any

CODE_RULES = [
    ("KOPT002", "error", "safe", "`lr` is called `learning_rate`", "tf.keras.optimizers.Adam", "lr"),
    ("KIMP001", "error", "safe", "tf.keras is imported as keras", "tensorflow.keras", ""),
    (
        "KSIL004",
        "silent",
        "safe",
        "recurrent_activation defaulted to hard_sigmoid",
        "keras.layers.LSTM",
        "recurrent_activation",
    ),
    (
        "KSIL009",
        "silent",
        "manual",
        "K.learning_phase() is no longer fed by fit",
        "keras.backend.learning_phase",
        "",
    ),
    ("KSAV003", "error", "unsafe", "model.save() needs a file name ending in .keras", "keras.Model.save", ""),
    (
        "KFIT001",
        "error",
        "safe",
        "fit_generator is gone: fit takes generators",
        "keras.Model.fit_generator",
        "",
    ),
    ("KENV002", "warning", "manual", "TF_USE_LEGACY_KERAS must be set before the import", "", ""),
    (
        "KLAY011",
        "info",
        "safe",
        "input_shape of a layer is better an Input",
        "keras.layers.Dense",
        "input_shape",
    ),
]
MODEL_CODES = [
    ("SIL001", "silent", "hard_sigmoid folded into the gates"),
    ("CFG003", "error", "`batch_input_shape` became `batch_shape`"),
    ("CFG007", "error", "reset_after of a Keras 2.0 GRU is False"),
    ("OPT002", "warning", "decay became a schedule"),
    ("RUN004", "error", "custom class AttentionPooling is needed"),
]
STATUSES = ["migrated"] * 14 + ["unverified", "blocked", "unsafe", "failed", "skipped", "skipped"]
CLASSES = [
    "InputLayer",
    "Conv2D",
    "BatchNormalization",
    "Activation",
    "MaxPooling2D",
    "LSTM",
    "Dense",
    "Dropout",
]


def code_report(findings: int, files: int, seed: int = 1) -> dict[str, Any]:
    """JSON of ``keras-migrate code``."""
    chance = random.Random(seed)
    rows: list[dict[str, Any]] = [
        {"path": f"src/{_package(i)}/module_{i:03}.py", "changed": False, "error": None, "findings": []}
        for i in range(files)
    ]
    for _ in range(findings):
        row = chance.choice(rows)
        code, severity, fix, message, symbol, argument = chance.choice(CODE_RULES)
        line = chance.randint(1, 400)
        column = chance.randint(0, 40)
        row["changed"] |= fix == "safe"
        row["findings"].append(
            {
                "code": code,
                "severity": severity,
                "fix": fix,
                "applied": fix == "safe",
                "line": line,
                "column": column,
                "end_line": line,
                "end_column": column + 12,
                "message": message,
                "hint": ""
                if fix == "safe"
                else f"see what {symbol or 'the environment'} does now, and choose",
                "symbol": symbol,
                "argument": argument,
            }
        )
    if files > 3:
        rows[3]["error"] = "does not parse: Python 2 print statement on line 12"
    return {"schema": 1, "files": rows, "summary": {}}


def models_report(
    count: int, seed: int = 2, layers: int = 10, findings: int = 2
) -> tuple[dict[str, Any], dict[str, Any]]:
    """JSON of ``keras-migrate models``, and ``migration.json`` by source."""
    chance = random.Random(seed)
    artifacts, details = [], {}
    for i in range(count):
        source = f"models/{_package(i)}/net_{i:04}.h5"
        status = chance.choice(STATUSES)
        done = status == "migrated"
        divergent = f"block/{CLASSES[4].lower()}_4" if status == "failed" else None
        rel = chance.uniform(1e-8, 9e-6)
        artifacts.append(
            {
                "source": source,
                "sha256": f"{chance.getrandbits(256):064x}",
                "format": "hdf5-model",
                "written_by": {
                    "keras": chance.choice(["2.2.4", "1.2.2", "2.4.3-tf"]),
                    "tensorflow": "1.13",
                    "backend": "tensorflow",
                },
                "status": status,
                "outputs": {
                    "keras": f"{source[:-3]}/model.keras" if done else None,
                    "saved_model": None,
                    "custom_objects": None,
                },
                "rules": ["SIL001", "CFG003"],
                "findings": [
                    dict(zip(("code", "severity", "message"), chance.choice(MODEL_CODES), strict=True))
                    | {"hint": "" if done else "give it with --custom-objects"}
                    for _ in range(findings)
                ],
                "parity": {
                    "evidence": chance.choice(["golden", "original", "reconstructed"]),
                    "cases": 4,
                    "max_abs": rel / 3,
                    "max_rel": rel,
                    "first_divergent_layer": divergent,
                    "coverage": {
                        "weights": round(chance.uniform(0.4, 1), 4),
                        "arrays": 8,
                        "noticed": 7,
                        "uncovered": ["head/kernel"],
                    },
                    "seed": 7,
                    "assumptions": ["CFG003"],
                },
                "training": {
                    "optimizer": "mapped",
                    "slots": "kept",
                    "loss": "kept",
                    "metrics": "lost",
                },
                "seconds": round(chance.uniform(0.2, 3), 2),
            }
        )
        details[source] = detail(chance, layers, divergent, rel)
    return {"schema": 1, "tool": {}, "summary": {}, "artifacts": artifacts}, details


def detail(chance: random.Random, layers: int, divergent: str | None, rel: float) -> dict[str, Any]:
    """A ``migration.json`` with every part."""
    names = [f"block/{CLASSES[i % len(CLASSES)].lower()}_{i}" for i in range(layers)]
    bad = names.index(divergent) if divergent in names else len(names)
    reference = [round(chance.gauss(0, 1), 7) for _ in range(512)]
    spread = 0.3 if divergent else 1e-7
    return {
        "graph": graph(names),
        "layers": [
            {
                "path": name,
                "class_name": CLASSES[i % len(CLASSES)],
                "parameters": 64 * i * i,
                "rules": ["SIL001"] if "lstm" in name else ["CFG003"] if i == 0 else [],
            }
            for i, name in enumerate(names)
        ],
        "rules": [
            {
                "code": "CFG003",
                "place": names[0],
                "before": {"batch_input_shape": [None, 32, 32, 3], "dtype": "float32"},
                "after": {"batch_shape": [None, 32, 32, 3], "dtype": "float32"},
            },
            {
                "code": "SIL001",
                "place": "block/lstm_5",
                "before": {"recurrent_activation": "hard_sigmoid", "units": 32},
                "after": {"recurrent_activation": "hard_sigmoid", "units": 32, "folded": "i, f, o x 1.2"},
            },
        ],
        "outputs": [
            {
                "name": "dense_6",
                "shape": [None, 10],
                "dtype": "float32",
                "max_abs": rel / 3,
                "max_rel": rel,
                "cosine": 0.9999999,
                "argmax_agreement": 1.0,
            }
        ],
        "layer_parity": [
            {
                "layer": name,
                "max_abs": 1e-8,
                "max_rel": (0.02 * (i + 1) if i >= bad else rel * (i + 1) / layers),
            }
            for i, name in enumerate(names)
        ],
        "samples": {"reference": reference, "migrated": [v + chance.gauss(0, spread) for v in reference]},
        "training": {"optimizer": {"state": "mapped", "how": "decay became ExponentialDecay"}},
        "signatures": {
            "old": {
                "serving_default": {
                    "inputs": {"input_1": "float32 [?, 32, 32, 3]"},
                    "outputs": {"dense": "float32 [?, 10]"},
                }
            },
            "new": {
                "serving_default": {
                    "inputs": {"input_1": "float32 [?, 32, 32, 3]"},
                    "outputs": {"dense": "float32 [?, 10]"},
                },
                "serve": {"inputs": {"input_1": "float32 [?, 32, 32, 3]"}},
            },
        },
    }


def graph(names: list[str]) -> dict[str, Any]:
    """A chain with skip connections and a nested model at its end; a layer was put in after each LSTM."""

    def rows(modern: bool) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        before: list[str] = []
        for i, name in enumerate(names):
            kind = CLASSES[i % len(CLASSES)]
            skip = [names[i - 3]] if i > 3 and i % 3 == 0 else []
            found.append({"path": name, "class_name": kind, "inputs": list(dict.fromkeys([*before, *skip]))})
            before = [name]
            if modern and kind == "LSTM":
                found.append({"path": f"{name}_scale", "class_name": "Rescaling", "inputs": before})
                before = [f"{name}_scale"]
        found.append({"path": "head", "class_name": "Functional", "inputs": before})
        inside = ("in", "InputLayer", []), ("dense", "Dense", ["head/in"]), ("out", "Softmax", ["head/dense"])
        found += [
            {"path": f"head/{end}", "class_name": kind, "inputs": inputs} for end, kind, inputs in inside
        ]
        return found

    return {"legacy": rows(False), "modern": rows(True)}


def write_run(folder: Path, report: dict[str, Any], details: dict[str, Any]) -> Path:
    """Lay a finished run down: ``report.json`` and each ``migration.json`` beside its output."""
    folder.mkdir(parents=True, exist_ok=True)
    for artifact in report["artifacts"]:
        if artifact["outputs"]["keras"]:
            place = (folder / artifact["outputs"]["keras"]).parent
            place.mkdir(parents=True, exist_ok=True)
            (place / "migration.json").write_text(json.dumps(details[artifact["source"]]))
    path = folder / "report.json"
    path.write_text(json.dumps(report))
    return path


def _package(i: int) -> str:
    return ["vision", "text", "audio", "common/layers", "serving", "research/old"][int(math.sqrt(i)) % 6]
