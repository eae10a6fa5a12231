"""The rules applied while reading an old configuration format."""

from __future__ import annotations

from migrate.dialects.rule import Step, declare
from migrate.findings import Rule, Severity

LIST_SEQUENTIAL = declare(
    Rule(
        "CFG007",
        "list-sequential",
        "A Sequential configuration is a bare list of layers.",
        Severity.ERROR,
        applies_to="<2.2.3",
        before='{"class_name": "Sequential", "config": [{"class_name": "Dense", …}]}',
        after='{"class_name": "Sequential", "config": {"name": "sequential", "layers": […]}}',
        why="Keras up to 2.2.2 and TF up to 1.12 stored only the layers. Keras 3 fails with `TypeError: pop "
        "expected at most 1 argument, got 2`.",
        references=("keras-team/keras#10417",),
    ),
    Step.GRAMMAR,
)
BATCH_INPUT_SHAPE = declare(
    Rule(
        "CFG008",
        "batch-input-shape",
        "The first layer of a Sequential model carries the input shape itself.",
        Severity.SILENT,
        applies_to="<3",
        before='{"class_name": "Dense", "config": {"batch_input_shape": [null, 3], "units": 2}}',
        after='{"class_name": "InputLayer", "config": {"batch_shape": [null, 3]}}, {"class_name": "Dense", …}',
        why="Keras 3 copies the batch dimension into `input_shape`: the model gains an axis and either fails on "
        "its first call or is built for other shapes.",
    ),
    Step.GRAMMAR,
)
NESTED_NODE_INDEX = declare(
    Rule(
        "CFG001",
        "nested-node-index",
        "References to a nested model count its calls from 1.",
        Severity.ERROR,
        applies_to="<3",
        before='"inbound_nodes": [[["encoder", 1, 0, {}]]]',
        after='"inbound_nodes": [[["encoder", 0, 0, {}]]]',
        why="In Keras 2 the first node of a nested model connects its own input to its output. Keras 3 counts from "
        "0 and calls the graph disconnected; its older releases never return.",
        references=("keras-team/keras#19509", "keras-team/keras#19670"),
    ),
    Step.GRAMMAR,
)
LIST_WRAPPED_OUTPUTS = declare(
    Rule(
        "CFG002",
        "list-wrapped-endpoint",
        "A single input or output of a model is stored inside a list.",
        Severity.ERROR,
        applies_to="<3",
        before='"output_layers": [["dense", 0, 0]]',
        after='"output_layers": ["dense", 0, 0]',
        why="Keras 3 interprets the list as the structure of the call: a nested model then returns a list, and the "
        "next layer receives two inputs.",
        references=("tensorflow/tensorflow#63853", "keras-team/keras#20084"),
    ),
    Step.GRAMMAR,
)
NDARRAY_VALUE = declare(
    Rule(
        "CFG029",
        "ndarray-value",
        "A number is stored as an array object.",
        Severity.ERROR,
        applies_to="<2.4",
        before='{"alpha": {"type": "ndarray", "value": 0.1}}',
        after='{"alpha": 0.1}',
        why="Keras 2.0 to 2.3 wrote LeakyReLU and ReLU slopes through numpy. Keras 3 compares the dict with 0 and "
        "fails.",
    ),
    Step.GRAMMAR,
)
UNTITLED_LAYER = declare(
    Rule(
        "CFG030",
        "untitled-layer",
        "A nested model has no name in the file.",
        Severity.WARNING,
        applies_to="<2.2.3",
        before='{"class_name": "Sequential", "config": […]}',
        after='{"class_name": "Sequential", "config": {"name": "sequential_1", "layers": […]}}',
        why="List-style Sequential configurations cannot contain a name; one is generated from class and position.",
    ),
    Step.GRAMMAR,
)
