"""Contracts of calls: what travels, what handlers are typed as, and what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import get_type_hints

import msgspec
import numpy as np
import pytest

from migrate.dialects.rule import Fired
from migrate.findings import Finding, Severity
from migrate.formats.artifact import Format
from migrate.worlds.contracts import keras3, legacy, modern, own_code, reader, saved_models, stock
from migrate.worlds.contracts.call import (
    _HUMP,
    Call,
    Reply,
    answer_of,
    from_message,
    handlers_of,
    method_of,
    to_message,
)
from migrate.worlds.host.environment import World
from migrate.worlds.host.protocol import ProtocolError
from migrate.worlds.host.worker import Worker
from migrate.worlds.reader.handlers import HANDLERS


def calls_of(*contracts: ModuleType) -> list[type[Call[object]]]:
    """Calls that modules define themselves."""
    return [
        value
        for module in contracts
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Call) and value.__module__ == module.__name__
    ]


CALLS = calls_of(reader, keras3, own_code)
FACTS = reader.Facts("00", "hdf5", "2.2.4", None, "tensorflow")
ANSWERS: list[Reply] = [
    reader.Scanned("hdf5", [Finding("SEC001", Severity.ERROR, "a Lambda", place="lambda_1")]),
    reader.Answers([reader.Paired("model.json", 1), "no such folder"]),
    reader.Identified(Format.HDF5_MODEL, "a model", "", 3),
    reader.Extracted("/tmp/x", [reader.ArrayRow("kernel", "dense/kernel:0", (2, 3), "float32")], []),
    reader.Translated(
        FACTS, (Fired("CFG001", "dense_1", {"units": 1}, None),), training={"loss": {"state": "kept"}}
    ),
]


@pytest.mark.parametrize("kind", CALLS, ids=method_of)
def test_every_call_has_a_handler_that_gives_its_answer(kind: type[Call[object]]) -> None:
    assert method_of(kind) in HANDLERS
    assert issubclass(getattr(answer_of(kind), "__origin__", answer_of(kind)), msgspec.Struct)


ELSEWHERE = {"Reexport", "ReexportByNames", "ServeGraph", "RunCases"}
"""Calls about SavedModels that the modern world answers; and what is common to many, which nobody makes."""


@pytest.mark.slow
@pytest.mark.parametrize("world", [World.LEGACY, World.MODERN, World.STOCK])
def test_every_call_of_a_framework_has_a_handler(world: World) -> None:
    shared = {"Predict", "Activations", "Release"}
    saved = {kind.__name__ for kind in calls_of(saved_models)}
    calls = {
        World.LEGACY: {k.__name__ for k in calls_of(legacy)}
        | shared
        | (saved - ELSEWHERE)
        | {"ProveReference"},
        World.MODERN: {k.__name__ for k in calls_of(modern)} | shared | (saved & ELSEWHERE) | {"ProveResult"},
        World.STOCK: {k.__name__ for k in calls_of(stock)} - {"Load", "PredictArchive"} | {"Release"},
    }[world]
    calls |= set() if world is World.STOCK else {"RunInLockstep"}
    program = (
        "import sys, json; from pathlib import Path; from migrate.worlds.guest import serve\n"
        "table = serve.load_handlers(sys.argv[1], None); print(json.dumps(sorted(table)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(world)], capture_output=True, text=True, check=True
    )
    wanted = {_HUMP.sub("_", name).lower() for name in calls}
    assert set(json.loads(done.stdout.splitlines()[-1])) == wanted


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: type(answer).__name__)
def test_an_answer_arrives_as_it_was_given(answer: Reply) -> None:
    kind = reader.Answers[reader.Paired] if isinstance(answer, reader.Answers) else type(answer)
    assert from_message(json.loads(json.dumps(to_message(answer))), kind) == answer


def test_a_call_arrives_as_it_was_made() -> None:
    call = reader.Translate(Path("/tmp/a.h5"), input_shape=[None, 3], define=("N=3",), trust=True)
    assert from_message(json.loads(json.dumps(to_message(call))), reader.Translate) == call


def test_numbers_of_numpy_travel_as_numbers() -> None:
    fired = Fired("CFG001", "dense", {"scale": np.float32(0.5)}, np.int64(3))
    sent = json.loads(json.dumps(to_message(reader.Translated(FACTS, (fired,)))))
    assert (sent["rules"][0]["before"], sent["rules"][0]["after"]) == ({"scale": 0.5}, 3)


@pytest.mark.parametrize(
    "forged",
    [
        {"kind": "hdf5", "findings": [{"code": 1}]},
        {"kind": "hdf5"},
        {"kind": "hdf5", "findings": [], "more": 1},
        {"kind": "hdf5", "findings": [{"code": "X", "severity": "none", "message": ""}]},
        ["hdf5", []],
    ],
)
def test_a_forged_answer_is_refused(forged: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        from_message(forged, reader.Scanned)


def test_a_worker_that_answers_something_else_is_ended(tmp_path: Path) -> None:
    handlers = tmp_path / "handlers.py"
    handlers.write_text("HANDLERS = {'scan': lambda params, scratch: {'kind': 1}}\n")
    with Worker(World.READER, tmp_path / "scratch", handlers=handlers) as worker:
        with pytest.raises(ProtocolError, match="'scan'"):
            worker.ask(reader.Scan(tmp_path))
        assert not worker.alive


def test_a_handler_stands_under_the_call_that_it_takes() -> None:
    def look(call: reader.Pair, scratch: Path) -> reader.Paired:
        return reader.Paired(call.path.name)

    assert get_type_hints(look)["call"] is reader.Pair
    assert handlers_of(look)["pair"]({"path": "/a/b"}, Path()) == {"name": "b", "above": 0}
