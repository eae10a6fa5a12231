"""What SavedModels, graphs and deployment formats cannot express."""

from __future__ import annotations

from migrate.findings import Rule, Severity
from migrate.reasons.reason import note, reason

REASONS: tuple[Rule, ...] = (
    reason(
        "EXP001",
        "no-layers",
        "The SavedModel contains no architecture of Keras layers.",
        "Use `--to savedmodel`, which keeps the signatures.",
    ),
    note(
        "EXP002",
        "signatures-only",
        "No `.keras` could be created from a SavedModel; its signatures were kept.",
        "The finding names the reason; the exported SavedModel serves as before.",
    ),
    reason(
        "EXP003",
        "no-signature",
        "The SavedModel has no signature, so nothing defines how to call it.",
        "Save it again with `signatures=...`.",
    ),
    reason(
        "EXP004",
        "export-refused",
        "Keras 3's exporter refuses the graph.",
        "Keep serving the old SavedModel.",
    ),
    reason(
        "EXP005",
        "signature-changed",
        "The exported signatures would differ from those of the original.",
        "Nothing was written; please report the model.",
    ),
    reason(
        "EXP006",
        "reference-update",
        "A TF1 signature updates its variables or needs a table over reference variables.",
        "Save it again from TensorFlow 2 code.",
    ),
    note(
        "EXP010",
        "several-tag-sets",
        "The SavedModel has several tag sets; the exporter writes one.",
        "Keep the old SavedModel for the other tags.",
    ),
    note(
        "EXP011",
        "request-method",
        "A classify or regress signature becomes a predict signature.",
        "Send predict requests with the same keys.",
    ),
    note(
        "EXP012",
        "keyword-key",
        "An input key is a Python keyword.",
        "Servers accept the key as before; in Python, `tf.saved_model.load` names the argument `in_`.",
    ),
    note(
        "EXP013",
        "classes-wanted",
        "The SavedModel's root is a class derived from `Model`; a `.keras` needs that class.",
        "Pass the source of the classes that the finding names with `--custom-objects FILE.py`. The model is then "
        "built from its class, gets its weights through the attributes that hold them, and is compared with the "
        "SavedModel's own signature. Without the classes, the SavedModel is exported again with the same signatures.",
    ),
    reason(
        "EXP014",
        "tag-added",
        "The meta graph lacked the tag that servers load.",
        "TF1 Hub modules have no tag. The exported SavedModel has the tag `serve`, and the same signatures.",
        Severity.INFO,
    ),
    reason(
        "EXP015",
        "functions-served",
        "A SavedModel without signatures is served through its functions.",
        "Many TF Hub modules have no signature, only `module(x)`. `__call__` becomes `serving_default`; arguments "
        "that are not tensors keep the values of the traced function, `training=False` if there is a choice. The "
        "object's Python functions work as before.",
        Severity.INFO,
    ),
    note(
        "EXP016",
        "functions-lost",
        "Functions of the loaded object are missing from the exported SavedModel, or are signatures there.",
        "A signature with a key that is a Python keyword is exported from its graph, which contains no objects. "
        "The loaded object then offers only its signatures to Python: a function with a signature's name can "
        "still be called, but takes the signature's keys and returns a dict. Servers call signatures and are not "
        "affected; from Python, call `loaded.signatures[NAME]` instead of `loaded(x)`.",
    ),
    reason(
        "EXP020",
        "unliftable-operation",
        "An operation of the graph has no layer or function in `keras.ops`.",
        "The finding names it and its place. The SavedModel computes it; parts without it can still be lifted.",
    ),
    reason(
        "EXP021",
        "unliftable-control-flow",
        "The graph contains control flow, a lookup table or parsing.",
        "Functional models support none of these. Keep the SavedModel, or lift a signature that needs none of them.",
    ),
    reason(
        "EXP022",
        "lifted",
        "A graph was turned into layers.",
        "The layers are proven equal; they are named after the graph's operations.",
        Severity.INFO,
    ),
    reason(
        "EXP023",
        "deployment-missing",
        "A package that a deployment format needs is not installed.",
        "Install the extra that the message names.",
    ),
    reason(
        "EXP024",
        "deployment-refused",
        "Keras 3's exporter cannot write the model in a deployment format.",
        "The finding contains the exporter's message; the `.keras` and the SavedModel are not affected.",
    ),
    reason(
        "EXP025",
        "class-refused",
        "The user's class cannot be created or called under Keras 3.",
        "The class is created by `from_config` of the stored configuration, or without arguments if the file contains "
        "none, and called once on the inputs of `serving_default`. The finding contains the error of the class.",
    ),
    reason(
        "EXP026",
        "signature-of-its-own",
        "`serving_default` is not the call of the model's class.",
        "The SavedModel was saved with a signature that computes something other than the model returns, or with none. "
        "The exported SavedModel keeps every signature.",
    ),
    reason(
        "EXP027",
        "signature-computes-more",
        "The serving signature computes something other than the model of its layers.",
        "Its author added processing around the model. The SavedModel keeps the signature; the `.keras` is the model "
        "itself, compared with what tf-keras, and the file's own call of the model, compute.",
        Severity.WARNING,
    ),
    reason(
        "EXP028",
        "torch-refused",
        "A layer cannot be expressed in the PyTorch source.",
        "The finding names the layer and the reason; the other outputs are not affected.",
    ),
    reason(
        "EXP029",
        "no-kernel",
        "The graph needs an operation that the installed TensorFlow knows by name only.",
        "`BoostedTreesBucketize` and others lost their kernels after TensorFlow 2.8, and pooling over channels "
        "first (NCDHW) in three dimensions has none for processors. Save the model again without the "
        "operation, or serve the old SavedModel with the TensorFlow that wrote it.",
    ),
    reason(
        "EXP030",
        "sparse-signature",
        "A signature takes or gives sparse or ragged tensors.",
        "Servers pass dense tensors, and Keras 3's exporter writes signatures of dense ones. Save it again with a "
        "signature that makes sparse tensors inside, of their indices, values and shape.",
    ),
    note(
        "EXP031",
        "channels-first-graph",
        "The exported graph has operations over channels first (NCHW).",
        "TensorFlow's plain kernels for processors refuse convolutions and pooling over channels first; GPUs and "
        "oneDNN (on by default on x86) run them. The comparison let TensorFlow's layout optimizer turn them. `--lift` "
        "writes a `.keras` that runs everywhere.",
    ),
)
