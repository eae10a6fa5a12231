"""The reason codes of the scan: the effect of each kind of hostile content when a loader reads it."""

from __future__ import annotations

from migrate.findings import Finding, Fix, Rule, Severity

_LOOK = "Get the file from a source that you trust, or check the named place"
ASK = f"{_LOOK}; --trust loads it anyway."
NOT_EXAMINED = "SEC014"
"""A warning of a scan, and a finding that prevents a run from loading the file."""

RULES: tuple[Rule, ...] = (
    Rule(
        "SEC001",
        "bytecode",
        "The configuration contains Python bytecode.",
        Severity.ERROR,
        Fix.MANUAL,
        before='{"class_name": "Lambda", "config": {"function": ["4wEAAAAA…", null, null]}}',
        why="A Lambda layer stores its function as marshalled bytecode, which a loader executes. Bytecode from "
        "another Python version crashes the interpreter even without malicious intent.",
        references=("CVE-2024-3660", "CVE-2025-9905", "CVE-2025-9906", "keras-team/keras#21602"),
    ),
    Rule(
        "SEC002",
        "foreign-module",
        "The configuration names a Python module or function outside Keras' model classes.",
        Severity.ERROR,
        Fix.MANUAL,
        before='{"module": "os", "class_name": "function", "config": "system"}',
        why="A loader imports the module and calls the named object with arguments from the file. tf-keras 2.21 "
        "restricts neither, joins module and name into one path, and tries the registered name next. A class from "
        "another package is a warning: it needs that package.",
        references=("CVE-2025-1550", "CVE-2025-8747", "keras-team/keras#20751", "keras-team/keras#21429"),
    ),
    Rule(
        "SEC003",
        "outside-storage",
        "The HDF5 content is in, or refers to, another file.",
        Severity.ERROR,
        Fix.MANUAL,
        why="External links, external storage and virtual datasets copy other files on this machine into the "
        "weights.",
        references=("CVE-2026-1669", "keras-team/keras#22057", "keras-team/keras#22900"),
    ),
    Rule(
        "SEC004",
        "bomb",
        "The file declares far more data than it stores.",
        Severity.ERROR,
        Fix.MANUAL,
        why="A few kilobytes that declare petabytes, or inflate to gigabytes, exhaust memory or disk.",
        references=(
            "CVE-2026-0897",
            "keras-team/keras#21880",
            "keras-team/keras#22975",
            "keras-team/keras#23010",
        ),
    ),
    Rule(
        "SEC005",
        "yaml-object",
        "The YAML constructs Python objects.",
        Severity.ERROR,
        Fix.MANUAL,
        before="!!python/object/apply:os.system [id]",
        why="An unsafe YAML loader calls what the tag names. The tags that Keras itself wrote (tuples, its list "
        "wrappers) are read as plain data.",
        references=("CVE-2021-37678", "tensorflow/tensorflow#37885"),
    ),
    Rule(
        "SEC006",
        "misleading-container",
        "The container shows different content to different readers, or contains names that escape it.",
        Severity.ERROR,
        Fix.MANUAL,
        why="Members or graph nodes with the same name, names with `..`, links as members, keys repeated in one "
        "JSON object: the loaded content differs from the checked content, or is written elsewhere.",
        references=("CVE-2025-12060", "keras-team/keras#21760", "keras-team/keras#23015"),
    ),
    Rule(
        "SEC007",
        "graph-operation",
        "The graph contains an operation that accesses more than tensors.",
        Severity.ERROR,
        Fix.MANUAL,
        before='node { name: "leak" op: "ReadFile" }',
        why="Loading a SavedModel runs its restore and initialisation functions, and calling it runs the rest. "
        "Operations that read or write files, call Python or use the network do so at that point. Savers and "
        "vocabularies may access the files that loading supplies, but none whose name the graph fixes or computes. "
        "Layers that call a TensorFlow function by name may call functions that compute tensors.",
        references=("tensorflow/tensorflow SECURITY.md: models are programs",),
    ),
    Rule(
        "SEC008",
        "pickle",
        "A pickle imports something other than plain data.",
        Severity.ERROR,
        Fix.MANUAL,
        before="cos\nsystem\n(S'id'\ntR.",
        why="Unpickling calls anything that the stream names.",
        references=("mmaitre314/picklescan", "keras-team/keras#23047"),
    ),
    Rule(
        "SEC009",
        "nesting",
        "The content is nested deeper than any model needs.",
        Severity.ERROR,
        Fix.MANUAL,
        why="Deep nesting overflows the stack of the reader.",
    ),
    Rule(
        "SEC010",
        "torch-wrapper",
        "The configuration contains a pickled PyTorch module.",
        Severity.ERROR,
        Fix.MANUAL,
        before='{"class_name": "TorchModuleWrapper", "config": {"module": "gASV…"}}',
        why="TorchModuleWrapper decodes the text and passes it to `torch.load`.",
        references=("CVE-2025-49655", "keras-team/keras#21575"),
    ),
    Rule(
        "SEC011",
        "loads-another-model",
        "A layer loads another model, or code, from a path or address.",
        Severity.ERROR,
        Fix.MANUAL,
        before='{"class_name": "TFSMLayer", "config": {"filepath": "/tmp/evil"}}',
        why="TFSMLayer, hub.KerasLayer and similar layers load a SavedModel that this scan has not seen.",
        references=("keras-team/keras#22035",),
    ),
    Rule(
        "SEC012",
        "outside-path",
        "The configuration names a file or address that is read on loading.",
        Severity.ERROR,
        Fix.MANUAL,
        before='{"class_name": "StringLookup", "config": {"vocabulary": "/etc/passwd"}}',
        why="A vocabulary given as a path is read from this machine, or from the network, into the model.",
        references=("CVE-2025-12058", "keras-team/keras#21751"),
    ),
    Rule(
        "SEC013",
        "foreign-plugin",
        "The content needs or includes code that is not part of the frameworks: a filter, an operation, a program.",
        Severity.WARNING,
        Fix.MANUAL,
        why="HDF5 loads unknown filters, and TensorFlow unknown operations, from shared libraries. No framework "
        "puts programs or scripts into a model.",
    ),
    Rule(
        NOT_EXAMINED,
        "not-examined",
        "Part of the file could not be examined, so it must not be called clean.",
        Severity.WARNING,
        Fix.MANUAL,
        why="A damaged or unknown part hides its content, and so do archives that Python cannot unpack. We never "
        "load it either, without `--trust`.",
    ),
)

BY_CODE = {rule.code: rule for rule in RULES}


def found(code: str, message: str, place: str = "", severity: Severity | None = None) -> Finding:
    """A finding of one of the rules above, with its severity unless another is given."""
    severity = severity or BY_CODE[code].severity
    hint = ASK if severity is Severity.ERROR else f"{_LOOK}."
    return Finding(code, severity, message, hint, place)
