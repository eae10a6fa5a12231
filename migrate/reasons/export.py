"""What SavedModels, graphs and deployment formats cannot be made to say."""

from __future__ import annotations

from migrate.findings import Rule, Severity
from migrate.reasons.reason import note, reason

REASONS: tuple[Rule, ...] = (
    reason(
        "EXP001",
        "no-layers",
        "The SavedModel holds no architecture of Keras layers.",
        "Ask for `--to savedmodel`, which keeps the signatures.",
    ),
    note(
        "EXP002",
        "signatures-only",
        "No `.keras` could be made of a SavedModel; its signatures were kept.",
        "The finding names the reason; the exported SavedModel serves as before.",
    ),
    reason(
        "EXP003",
        "no-signature",
        "The SavedModel has no signature, so nothing says how it is called.",
        "Save it again with `signatures=...`.",
    ),
    reason(
        "EXP004",
        "export-refused",
        "Keras 3's exporter refuses the graph.",
        "Serve the old SavedModel as it is.",
    ),
    reason(
        "EXP005",
        "signature-changed",
        "The exported signatures would not be those of the original.",
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
        "Servers take the key as before; `tf.saved_model.load` calls the argument `in_` in Python.",
    ),
    note(
        "EXP013",
        "classes-wanted",
        "The SavedModel's root is a class derived from `Model`; a `.keras` needs that class.",
        "Give the source of the classes that the finding names with `--custom-objects FILE.py`. The model is then "
        "built from its class, gets its weights by the attributes that hold them, and is compared with the "
        "SavedModel's own signature. Without the classes the SavedModel is exported again, with the same signatures.",
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
        "A SavedModel without signatures is served by its functions.",
        "Many modules of TF Hub have no signature, only `module(x)`. `__call__` becomes `serving_default`; arguments "
        "that are no tensors keep the values of the traced function, `training=False` where there is a choice. The "
        "object offers its functions to Python as before.",
        Severity.INFO,
    ),
    note(
        "EXP016",
        "functions-lost",
        "Functions of the loaded object are no part of the exported SavedModel, or are signatures there.",
        "A signature with a key that is a Python keyword is exported from its graph, which knows no objects. "
        "What the loaded object offers to Python then is its signatures alone: a function of a signature's name can "
        "still be called, takes the signature's keys and answers a dict. Servers call signatures and notice nothing; "
        "from Python call `loaded.signatures[NAME]` in place of `loaded(x)`.",
    ),
    reason(
        "EXP020",
        "unliftable-operation",
        "An operation of the graph has no layer or function of `keras.ops`.",
        "The finding names it and its place. The SavedModel computes it; so does any part that is lifted without it.",
    ),
    reason(
        "EXP021",
        "unliftable-control-flow",
        "Control flow, a lookup table or parsing stands in the graph.",
        "Functional models hold none of these. Keep the SavedModel, or lift a signature that needs none.",
    ),
    reason(
        "EXP022",
        "lifted",
        "A graph was turned into layers.",
        "They are proven equal; names of layers are those of the graph's operations.",
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
        "The finding holds the exporter's words; the `.keras` and the SavedModel are not affected.",
    ),
    reason(
        "EXP025",
        "class-refused",
        "The user's class cannot be made or called under Keras 3.",
        "The class is made by `from_config` of the stored configuration, or without arguments where the file holds "
        "none, and called once on the inputs of `serving_default`. The finding has the error of the class.",
    ),
    reason(
        "EXP026",
        "signature-of-its-own",
        "`serving_default` is not the call of the model's class.",
        "The SavedModel was saved with a signature that computes something else than the model returns, or with none. "
        "The exported SavedModel keeps every signature.",
    ),
    reason(
        "EXP027",
        "signature-computes-more",
        "The serving signature computes something else than the model of its layers.",
        "Its author put processing around the model. The SavedModel keeps the signature; the `.keras` is the model "
        "itself, compared with what tf-keras, and the file's own call of the model, compute.",
        Severity.WARNING,
    ),
    reason(
        "EXP028",
        "torch-refused",
        "A layer has no form in the PyTorch source.",
        "The finding names the layer and why; the other outputs are not affected.",
    ),
)
