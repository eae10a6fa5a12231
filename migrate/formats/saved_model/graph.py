"""Graphs: nodes, functions and the ops that they use, from ``GraphDef`` and ``FunctionDefLibrary``."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from migrate.formats.wire import Message, fields

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE_OPS = frozenset(
    {"ReadFile", "WriteFile", "MatchingFiles", "WholeFileReader", "WholeFileReaderV2", "TextLineDataset",
     "TFRecordDataset", "FixedLengthRecordDataset", "FixedLengthRecordDatasetV2", "TFRecordReader",
     "TextLineReader", "IdentityReader", "LMDBReader", "SqlDataset", "CSVDataset", "CSVDatasetV2", "SaveSlices",
     "Save", "SaveDataset", "SaveDatasetV2", "LoadDataset", "DatasetToTFRecord", "PrintV2", "WriteSummary",
     "CreateSummaryFileWriter", "LoadLibrary", "DebugIdentityV2", "DebugIdentityV3"}
)  # fmt: skip
"""Ops that read or write files, beside those that savers use and those that fill a table from an asset."""
PYTHON_OPS = frozenset({"PyFunc", "PyFuncStateless", "EagerPyFunc", "NumpyFunction"})
"""Ops that call Python functions, which only exist in the process that wrote the graph."""


@dataclass(slots=True)
class Graph:
    """What a graph consists of.

    Attributes:
        ops: how often each op occurs, functions included; a call of a function counts as its name's op.
        functions: names of the function library.
        producer: graph version of the writer, 0 when absent.
        nodes: number of nodes outside functions.
        placeholders: names of ``Placeholder`` nodes outside functions.
        idle: names of ``NoOp`` nodes that wait for nothing: an initialisation of this name does nothing.
    """

    ops: Counter[str] = field(default_factory=Counter)
    functions: list[str] = field(default_factory=list)
    producer: int = 0
    nodes: int = 0
    placeholders: list[str] = field(default_factory=list)
    idle: set[str] = field(default_factory=set)

    def touching_files(self) -> list[str]:
        """Ops that could touch files."""
        return sorted(op for op in self.ops if op in FILE_OPS)

    def running_python(self) -> list[str]:
        """Ops that run Python."""
        return sorted(op for op in self.ops if op in PYTHON_OPS)


def parse_graph(data: memoryview) -> Graph:
    """Summarise a ``GraphDef``; constants stay where they are.

    Raises:
        MigrationError: FMT015 when the bytes are no such message.
    """
    graph = Graph()
    for number, value in fields(data):
        if not isinstance(value, memoryview):
            continue
        if number == 1:
            name, op = node_name_and_op(value)
            graph.nodes += 1
            graph.ops[op] += 1
            if op in ("Placeholder", "PlaceholderV2", "PlaceholderWithDefault"):
                graph.placeholders.append(name)
            elif op == "NoOp" and 3 not in Message(value):
                graph.idle.add(name)
        elif number == 2:
            _parse_library(value, graph)
        elif number == 4:
            graph.producer = Message(value).uint(1)
    for name in graph.functions:
        del graph.ops[name]
    return graph


def _parse_library(data: memoryview, graph: Graph) -> None:
    for number, function in fields(data):
        if number != 1 or not isinstance(function, memoryview):
            continue
        for part, value in fields(function):
            if not isinstance(value, memoryview):
                continue
            if part == 1:
                graph.functions.append(Message(value).text(1))
            elif part == 3:
                graph.ops[node_name_and_op(value)[1]] += 1


def node_name_and_op(data: memoryview) -> tuple[str, str]:
    """Name and op of a ``NodeDef``, without decoding its attributes."""
    name = op = ""
    for number, value in fields(data):
        if number == 1 and isinstance(value, memoryview):
            name = str(value, "utf-8", "replace")
        elif number == 2 and isinstance(value, memoryview):
            op = str(value, "utf-8", "replace")
        elif number > 3:
            break  # fields are written in order: only attributes follow
    return name, op


def iterate_nodes(data: memoryview) -> Iterator[Message]:
    """The nodes of a ``GraphDef`` outside functions, fully decoded one by one."""
    return (Message(value) for number, value in fields(data) if number == 1 and isinstance(value, memoryview))
