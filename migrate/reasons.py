"""Reasons: codes of what is refused or noted outside the rules, with what they mean and what to do.

A rule changes something; a reason says why something was not done. Both are the same record, so that
``keras-migrate explain`` and the pages of the docs know every code that a report can hold.
"""

from __future__ import annotations

from migrate.findings import Fix, Rule, Severity


def _reason(code: str, name: str, summary: str, why: str, severity: Severity = Severity.ERROR) -> Rule:
    return Rule(code, name, summary, severity, Fix.MANUAL, why=why)


_NOTE = Severity.WARNING
CONFIGURATION = (
    _reason(
        "CFG005",
        "unknown-class",
        "A layer's class is neither Keras' own nor given.",
        "Give the class with `--custom-objects FILE.py`; the finding names it, its configuration and "
        "its weights' shapes.",
    ),
    _reason(
        "CFG009",
        "no-input-shape",
        "A Sequential model does not say the shape of its input.",
        "Keras 2 could save a model that was never called. The shape is inferred from the first "
        "layer's weights where that is certain; else save the model again after a call.",
    ),
    _reason(
        "CFG011",
        "dangling-input",
        "A layer takes its input from a layer that is not in the model.",
        "The architecture was edited or cut; export it again.",
    ),
    _reason(
        "CFG017",
        "python-lambda",
        "A Lambda layer holds Python bytecode.",
        "Bytecode is specific to a minor version of Python and runs whatever it says. Replace the "
        "layer in the source, or give its function with `--custom-objects`.",
    ),
    _reason(
        "CFG018",
        "named-lambda",
        "A Lambda layer calls a function by name.",
        "Give the function with `--custom-objects FILE.py`.",
    ),
    _reason(
        "CFG022",
        "subclassed-model",
        "The architecture is a subclassed model, which holds no graph of layers.",
        "Give its class with `--custom-objects`, or the function that builds it with "
        "`--architecture`; a SavedModel keeps its signatures in any case.",
    ),
    _reason(
        "CFG023",
        "bad-endpoint",
        "An input or output of the model is no tensor reference.",
        "The architecture was edited or cut; export it again.",
    ),
    _reason(
        "CFG041",
        "meaningful-argument",
        "A layer has an argument that Keras 3 cannot express.",
        "Its value changes the result. Replace the layer in the source, or keep the model as a SavedModel.",
    ),
    _reason(
        "CFG044",
        "ragged-input",
        "An input takes ragged tensors or a declared type specification.",
        "Keras 3 saves dense inputs only. Feed padded tensors with a mask.",
    ),
    _reason(
        "CFG050",
        "custom-objects-fail",
        "A file of custom objects cannot be imported in one of the worlds.",
        "It must be importable under tf-keras and under Keras 3.",
    ),
    _reason(
        "CFG051", "loop", "The graph of the model has a loop.", "No Keras writes that; the file was edited."
    ),
    _reason(
        "CFG052",
        "builder-fails",
        "The function given with `--architecture` fails or returns no Keras 2 model.",
        "It takes no arguments and returns a tf.keras model.",
    ),
    _reason(
        "CFG053",
        "untranslatable-place",
        "A layer stands where its replacement by several layers cannot.",
        "Take the layer out of its wrapper in the source.",
    ),
    _reason(
        "CFG061",
        "unknown-operation",
        "A TensorFlow function or operation in the graph has no counterpart in the table.",
        "Replace the call in the source by a Keras layer, or keep the model as a SavedModel.",
    ),
    _reason(
        "CFG063",
        "operands-not-stored",
        "Keras 2 did not store the operands of a function with a variable number of arguments.",
        "The file does not say what is computed. Rebuild the model from its source.",
    ),
    _reason(
        "CFG064", "unknown-index", "An index of a slice has an unknown form.", "Please report the model."
    ),
    _reason(
        "CFG066",
        "argument-without-counterpart",
        "A TensorFlow function is called with an argument that keras.ops cannot express.",
        "Replace the call in the source, or keep the model as a SavedModel.",
    ),
    _reason(
        "CFG067",
        "two-open-sizes",
        "A shape has more than one size that is known at run time only.",
        "Give the model fixed sizes, or keep it as a SavedModel.",
    ),
    _reason(
        "CFG084",
        "resize-method",
        "A Resizing layer uses a method that Keras 3 does not have on every backend.",
        "Choose bilinear in the source, or keep the model as a SavedModel.",
    ),
    _reason(
        "CFG086",
        "sparse-encoding",
        "A layer gives a sparse encoding.",
        "Use sparse=False in the source.",
    ),
    _reason(
        "CFG098",
        "malformed-architecture",
        "The architecture is not one that any Keras writes.",
        "If Keras wrote it, please report the file.",
    ),
    _reason(
        "CFG099",
        "refused-configuration",
        "Keras 3 refuses a layer that no rule translates.",
        "Please report the model with its architecture; the finding holds Keras' own words.",
    ),
)
DIALECTS = (
    _reason(
        "CFG071",
        "locally-connected-refused",
        "A locally connected layer cannot be written with stock layers.",
        "Its sizes are not known, or a constraint acts along an axis that they do not have. Replace the layer in the "
        "source, or keep the model as a SavedModel.",
    ),
    _reason(
        "CFG077",
        "uneven-bidirectional-refused",
        "A Bidirectional layer with directions of different sizes is shared, takes states or wraps other cells.",
        "Replace the layer in the source by two recurrent layers.",
    ),
    _reason(
        "CFG105",
        "size-in-the-weights",
        "The size of a Keras 1 layer stands in its weights only, and there are none.",
        "Give the weights with the architecture.",
    ),
    _reason(
        "CFG109",
        "constraint-along-another-axis",
        "A constraint would act along another axis in the layers that replace this one.",
        "Remove the constraint from the configuration if the model is not trained further.",
    ),
    _reason(
        "CFG118",
        "impossible-output-shape",
        "A deconvolution is told an output shape that its strides cannot give.",
        "Replace the layer in the source by a Conv2DTranspose and a Cropping2D or ZeroPadding2D.",
    ),
    _reason(
        "CFG120",
        "ambiguous-ordering",
        "A Keras 1 layer does not say the order of its dimensions, and the other layers have both.",
        "Write `dim_ordering` into the configuration of the layer.",
    ),
    _reason(
        "SIL012",
        "masked-bidirectional-refused",
        "What a Bidirectional layer gave for masked steps cannot be restored where it stands.",
        "Up to Keras 2.3 it repeated the output of the step before. It is shared, takes initial states, or its mask "
        "comes from another model: replace it in the source by two recurrent layers.",
        Severity.SILENT,
    ),
    _reason(
        "SIL031",
        "theano-border-refused",
        "Theano padded a layer in a way that no stock layer can be given.",
        "Replace the layer in the source by one with `padding='valid'` behind a ZeroPadding layer.",
        Severity.SILENT,
    ),
    _reason(
        "SIL038",
        "stacked-states-refused",
        "The states of stacked cells are visible, and their number or order is not known.",
        "Keras 2.0.9 to 2.2.2 and TensorFlow up to 1.10 counted them from the last cell, TensorFlow 1.12 from the "
        "first, and tf.keras of both says 2.1.6. Use the built-in cells, without constants, and a later release in the "
        "source.",
        Severity.SILENT,
    ),
    _reason(
        "SIL033",
        "theano-interpolation",
        "An up-sampling layer interpolates as Theano did.",
        "Replace it in the source by UpSampling2D of nearest neighbours and a convolution.",
        Severity.SILENT,
    ),
)
CONTAINER = (
    _reason(
        "FMT004",
        "no-architecture",
        "Weights without an architecture.",
        "Give it with `--architecture model.json` or `file.py:function`; `keras-migrate weights` extracts the arrays.",
    ),
    _reason(
        "FMT007",
        "no-architecture-grammar",
        "The text is no architecture of layers.",
        "Export it again with `model.to_json()`.",
    ),
    _reason(
        "FMT013",
        "already-keras-3",
        "The file was written by Keras 3.",
        "There is nothing to migrate.",
        Severity.INFO,
    ),
    _reason(
        "FMT018",
        "unloadable-graph",
        "TensorFlow cannot load the SavedModel.",
        "Check that it is complete and that every custom op it uses is installed.",
    ),
    _reason(
        "FMT016",
        "graph-without-objects",
        "A TF1 SavedModel holds a graph and no Python objects.",
        "It is migrated through its signatures.",
        _NOTE,
    ),
    _reason(
        "FMT027",
        "architecture-alone",
        "The file is an architecture without weights.",
        "Weights are drawn in the legacy world and given to both, so that the architectures are compared.",
        _NOTE,
    ),
    _reason(
        "FMT026",
        "pointer",
        "A git-lfs or git-annex pointer stands for the file.",
        "Run `git lfs pull` (`git annex get`) in its repository.",
    ),
)
WEIGHTS = (
    _reason(
        "WGT010",
        "arrays-and-variables-differ",
        "A layer's saved arrays and its variables do not match one to one.",
        "The weights belong to another architecture, or the class is not the built-in one of that name.",
    ),
    _reason(
        "WGT011",
        "surplus-layer",
        "The file holds weights of a layer that the architecture lacks.",
        "Check that the architecture belongs to these weights.",
    ),
    _reason(
        "WGT012",
        "unfilled-variable",
        "A live layer needs other variables than the file holds.",
        "This is a gap in the rules for the class; please report the model.",
    ),
    _reason(
        "WGT013",
        "shapes-differ",
        "A saved array has another shape than its variable.",
        "The weights belong to another architecture.",
    ),
)
EXPORT = (
    _reason(
        "EXP001",
        "no-layers",
        "The SavedModel holds no architecture of Keras layers.",
        "Ask for `--to savedmodel`, which keeps the signatures.",
    ),
    _reason(
        "EXP002",
        "signatures-only",
        "No `.keras` could be made of a SavedModel; its signatures were kept.",
        "The finding names the reason; the exported SavedModel serves as before.",
        _NOTE,
    ),
    _reason(
        "EXP003",
        "no-signature",
        "The SavedModel has no signature, so nothing says how it is called.",
        "Save it again with `signatures=...`.",
    ),
    _reason(
        "EXP004",
        "export-refused",
        "Keras 3's exporter refuses the graph.",
        "Serve the old SavedModel as it is.",
    ),
    _reason(
        "EXP005",
        "signature-changed",
        "The exported signatures would not be those of the original.",
        "Nothing was written; please report the model.",
    ),
    _reason(
        "EXP006",
        "reference-update",
        "A TF1 signature updates its variables or needs a table over reference variables.",
        "Save it again from TensorFlow 2 code.",
    ),
    _reason(
        "EXP010",
        "several-tag-sets",
        "The SavedModel has several tag sets; the exporter writes one.",
        "Keep the old SavedModel for the other tags.",
        _NOTE,
    ),
    _reason(
        "EXP011",
        "request-method",
        "A classify or regress signature becomes a predict signature.",
        "Send predict requests with the same keys.",
        _NOTE,
    ),
    _reason(
        "EXP012",
        "keyword-key",
        "An input key is a Python keyword.",
        "Servers take the key as before; `tf.saved_model.load` calls the argument `in_` in Python.",
        _NOTE,
    ),
    _reason(
        "EXP013",
        "classes-wanted",
        "The SavedModel's root is a class derived from `Model`; a `.keras` needs that class.",
        "Give the source of the classes that the finding names with `--custom-objects FILE.py`. The model is then "
        "built from its class, gets its weights by the attributes that hold them, and is compared with the "
        "SavedModel's own signature. Without the classes the SavedModel is exported again, with the same signatures.",
        _NOTE,
    ),
    _reason(
        "EXP014",
        "tag-added",
        "The meta graph lacked the tag that servers load.",
        "TF1 Hub modules have no tag. The exported SavedModel has the tag `serve`, and the same signatures.",
        Severity.INFO,
    ),
    _reason(
        "EXP015",
        "functions-served",
        "A SavedModel without signatures is served by its functions.",
        "Many modules of TF Hub have no signature, only `module(x)`. `__call__` becomes `serving_default`; arguments "
        "that are no tensors keep the values of the traced function, `training=False` where there is a choice. The "
        "object offers its functions to Python as before.",
        Severity.INFO,
    ),
    _reason(
        "EXP016",
        "functions-lost",
        "Functions of the loaded object are no part of the exported SavedModel.",
        "A signature with a key that is a Python keyword is exported from its graph, which knows no objects. "
        "Servers call signatures and notice nothing; from Python call `loaded.signatures[NAME]` in place of "
        "`loaded(x)`.",
        _NOTE,
    ),
    _reason(
        "EXP020",
        "unliftable-operation",
        "An operation of the graph has no layer or function of `keras.ops`.",
        "The finding names it and its place. The SavedModel computes it; so does any part that is lifted without it.",
    ),
    _reason(
        "EXP021",
        "unliftable-control-flow",
        "Control flow, a lookup table or parsing stands in the graph.",
        "Functional models hold none of these. Keep the SavedModel, or lift a signature that needs none.",
    ),
    _reason(
        "EXP022",
        "lifted",
        "A graph was turned into layers.",
        "They are proven equal; names of layers are those of the graph's operations.",
        Severity.INFO,
    ),
    _reason(
        "EXP023",
        "deployment-missing",
        "A package that a deployment format needs is not installed.",
        "Install the extra that the message names.",
    ),
    _reason(
        "EXP024",
        "deployment-refused",
        "Keras 3's exporter cannot write the model in a deployment format.",
        "The finding holds the exporter's words; the `.keras` and the SavedModel are not affected.",
    ),
    _reason(
        "EXP025",
        "class-refused",
        "The user's class cannot be made or called under Keras 3.",
        "The class is made by `from_config` of the stored configuration, or without arguments where the file holds "
        "none, and called once on the inputs of `serving_default`. The finding has the error of the class.",
    ),
    _reason(
        "EXP026",
        "signature-of-its-own",
        "`serving_default` is not the call of the model's class.",
        "The SavedModel was saved with a signature that computes something else than the model returns, or with none. "
        "The exported SavedModel keeps every signature.",
    ),
)
PARITY = (
    _reason(
        "PAR001",
        "numbers-differ",
        "The migrated model computes something else than the reference.",
        "Nothing was written. The finding names the output, the figures and the first layer that differs.",
        Severity.SILENT,
    ),
    _reason(
        "PAR002",
        "weaker-witness",
        "A stronger reference was not to be had.",
        "tf-keras could not load the untouched file; the next witness was used.",
        Severity.INFO,
    ),
    _reason(
        "PAR003",
        "unfit-recording",
        "Recorded inputs and outputs do not fit the model.",
        "Record one array per input and output, in the model's order.",
    ),
    _reason(
        "PAR004",
        "no-reference",
        "The legacy world gives no reference.",
        "Record inputs and outputs with the original framework as `MODEL.golden.npz`.",
        _NOTE,
    ),
    _reason(
        "PAR005",
        "unproven-signature",
        "A signature was exported and not compared.",
        "No probe fits its inputs; record a call of it.",
        _NOTE,
    ),
    _reason(
        "PAR006",
        "incomparable",
        "Two artifacts have no signature in common.",
        "Compare SavedModels with each other.",
    ),
)
TRAINING = (
    _reason(
        "OPT015",
        "training-refused",
        "Keras 3 refuses the translated training configuration.",
        "The model was saved without it; compile it again after loading.",
        _NOTE,
    ),
    _reason(
        "OPT016",
        "step-differs",
        "A further training step is not the same in both worlds.",
        "Inference is proven equal; compile the model anew before training on.",
        Severity.SILENT,
    ),
)
RUN = (
    _reason(
        "RUN001",
        "worker-died",
        "The file crashed the framework that loaded it.",
        "It was tried twice, the second time alone. The run went on.",
    ),
    _reason(
        "RUN002",
        "worker-hung",
        "A step took longer than `--timeout`.",
        "Raise the limit, or look at the file.",
    ),
    _reason(
        "RUN003",
        "worker-outgrew",
        "A worker used more memory than `--memory`.",
        "Raise the limit, or migrate the model alone.",
    ),
    _reason(
        "RUN004",
        "worker-lied",
        "A worker sent something that is no message.",
        "The model took over its process; treat the file as hostile.",
    ),
    _reason(
        "RUN005",
        "world-raised",
        "A framework raised an error that no rule foresees.",
        "Please report the model; the finding holds the error.",
    ),
    _reason(
        "RUN006",
        "sandbox-refused",
        "A worker could not be locked up as asked.",
        "See the threat model for what the kernel must offer.",
    ),
    _reason(
        "RUN010",
        "output-exists",
        "Outputs exist and would be overwritten.",
        "Remove them, choose another `--out`, or say `--force`.",
    ),
    _reason(
        "RUN011",
        "output-unwritable",
        "The output folder cannot be written.",
        "Check space and permissions; nothing half-written was left.",
    ),
    _reason(
        "RUN012",
        "output-in-use",
        "Another run works in the output folder.",
        "Wait for it, or choose another `--out`.",
    ),
    _reason(
        "RUN013",
        "no-such-source",
        "A source does not exist, or vanished during the run.",
        "Check the path or pattern, and call the command again.",
    ),
    _reason(
        "RUN014",
        "source-changed",
        "A source changed while it was read.",
        "Call the command again.",
    ),
    _reason(
        "RUN015",
        "interrupted",
        "The run was interrupted.",
        "Call the command again: it goes on where it stopped.",
    ),
    _reason(
        "RUN016",
        "same-content",
        "The artifact has the same content as another one of the run.",
        "It was migrated once; both rows name the same outcome.",
        Severity.INFO,
    ),
    _reason(
        "RUN017",
        "upload-failed",
        "An output could not be uploaded.",
        "Call the command again: what is finished is kept.",
    ),
    _reason(
        "RUN019",
        "node-lost",
        "The node of the cluster that worked on the artifact went away.",
        "It was given to another node; the last loss is reported.",
    ),
    _reason(
        "RUN018",
        "store-unreachable",
        "An object store or a cluster cannot be reached, or its extra is not installed.",
        "Check the URL and the credentials, or install the extra that the message names.",
    ),
)
REASONS: tuple[Rule, ...] = (
    *CONFIGURATION,
    *DIALECTS,
    *CONTAINER,
    *WEIGHTS,
    *EXPORT,
    *PARITY,
    *TRAINING,
    *RUN,
)
