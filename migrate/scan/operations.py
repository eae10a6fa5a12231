"""Graph operations by name: which ones only compute, by allow-list, and the findings of the others."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from migrate.findings import Severity
from migrate.scan.rules import found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrate.findings import Finding
    from migrate.scan.nodes import Node

_FORBIDDEN = re.compile(
    r"PyFunc|ReadFile|WriteFile|MatchingFiles|Reader|Rpc|^Remote|SummaryWriter|SummaryFile|SummaryDb|^Debug(?!Gradient)"
    r"|DumpTensor|(CSV|TextLine|TFRecord|FixedLengthRecord|LMDB|Sql|Generator|Cache|DataService)Dataset|ToTFRecord"
    r"|(Save|Load|Register|Snapshot)Dataset|Snapshot|DistributedSave|LoadAndRemapMatrix|ImportEvent"
    r"|FileSystem|^_?(Host)?(Send|Recv)|Collective|^Nccl|^Abort$|XlaHostCompute|RawProto|^Write\w*Summary"
    r"|^Skipgram$|^RecordInput$|VocabRemapping|CalibrationStatisticsSaver|DTensorRestore"
)
CONDITIONAL: dict[str, int | None] = {
    "SaveV2": 0,
    "Save": 0,
    "SaveSlices": 0,
    "RestoreV2": 0,
    "Restore": 0,
    "RestoreSlice": 0,
    "MergeV2Checkpoints": None,
    "InitializeTableFromTextFile": 1,
    "InitializeTableFromTextFileV2": 1,
}
"""Operations that read or write the file named by this input; used by savers and vocabularies."""
_BY_ATTRIBUTE = {
    "PrintV2": "output_stream",
    "DecodeProtoV2": "descriptor_source",
    "EncodeProto": "descriptor_source",
    "FixedUnigramCandidateSampler": "vocab_file",
}
"""Operations that read or write a file only if this attribute names one."""
_NATIVE_CALLS = frozenset({"XlaCustomCall", "XlaCustomCallV2"})
"""Operations that call a function of a library by its name."""
_BUILD_GRAPHS = frozenset(
    {"DatasetFromGraph", "DeserializeIterator", "MlirPassthroughOp", "TPUCompile", "_TPUCompileMlir"}
)
"""Operations that run a graph given as the value of a tensor or a text, whose operations are not scanned."""
_FOREIGN_PROGRAMS = frozenset({"XlaCallModule"})
"""Operations that run a program in another language (StableHLO), as jax2tf writes it."""
_NO_FILE = ("local://", "bytes://")


@cache
def _safe() -> frozenset[str]:
    data = json.loads(Path(__file__).with_name("ops.json").read_text())
    return frozenset(data["safe"]) - _BY_ATTRIBUTE.keys() - _NATIVE_CALLS


def computes_only(name: str) -> bool:
    """Whether an operation computes tensors from tensors, whatever its attributes are."""
    return name in _safe() or name == "Print"


def judge_operation(name: str, *, alone: bool = True) -> Finding | None:
    """The finding for one operation by its name; None if it only computes.

    Args:
        name: as in ``NodeDef.op``.
        alone: no graph is available to show which file a saver's node accesses.
    """
    if computes_only(name) or name in _BY_ATTRIBUTE or (name in CONDITIONAL and not alone):
        return None
    if name in CONDITIONAL or _FORBIDDEN.search(name):
        return found("SEC007", f"the operation {name[:80]} accesses more than tensors")
    if name in _BUILD_GRAPHS:
        return found("SEC007", f"the operation {name} runs a graph stored as a value in this one")
    if name in _FOREIGN_PROGRAMS:
        return found("SEC014", f"the operation {name} runs a program that this scan does not read")
    if "Dataset" in name or "Iterator" in name or "Summary" in name or "TPU" in name:
        return found(
            "SEC007", f"the operation {name[:80]} does not belong in a model", severity=Severity.WARNING
        )
    return found("SEC013", f"the operation {name[:80]!r} is unknown: it needs its author's library")


def judge_node(node: Node, place: str, *, alone: bool) -> Iterator[Finding]:
    """Findings of one node by its operation and attributes; its inputs are judged with the graph.

    Args:
        node: the node.
        place: for messages.
        alone: as in `judge_operation`.
    """
    finding = judge_operation(node.operation, alone=alone)
    if finding is not None:
        yield found(finding.code, finding.message, place, finding.severity)
    elif (attribute := _BY_ATTRIBUTE.get(node.operation)) is not None:
        value = node.text(attribute)
        names_file = value.startswith("file:") if attribute == "output_stream" else bool(value)
        if names_file and not value.startswith(_NO_FILE):
            message = f"{node.operation} accesses the file named by its {attribute}: {value[:100]!r}"
            yield found("SEC007", message, place)
