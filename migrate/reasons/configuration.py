"""Why a configuration could not be migrated as it stands."""

from __future__ import annotations

from migrate.findings import Rule, Severity
from migrate.reasons.reason import blocker, note, reason

REASONS: tuple[Rule, ...] = (
    blocker(
        "CFG005",
        "unknown-class",
        "A class or function is neither Keras' own nor given.",
        "Give it with `--source DIR` or `--custom-objects FILE.py`; the finding names it, its configuration and its "
        "weights' shapes. A name that Keras has today can still be the author's: Keras 2.2.4 had no `swish`, and "
        "Keras' `Attention` has no `step_dim`.",
    ),
    blocker(
        "CFG006",
        "doubtful-name",
        "A name may be Keras' own or the author's, and the file does not say which.",
        "HDF5 files and JSON hold the name of a function alone. Keras took up `swish`, `gelu` and others after people "
        "had written them for years, often with other constants: the tanh form of `gelu` is 3e-4 off Keras' own. "
        "`--stock-names gelu` says that it is Keras' own, `--source DIR` looks for the author's, and a recording "
        "(`MODEL.golden.npz`) proves either.",
    ),
    blocker(
        "CFG009",
        "no-input-shape",
        "A Sequential model does not say the shape of its input.",
        "Keras 2 could save a model that was never called. The shape is inferred from the first "
        "layer's weights where that is certain; else save the model again after a call.",
    ),
    reason(
        "CFG011",
        "dangling-input",
        "A layer takes its input from a layer that is not in the model.",
        "The architecture was edited or cut; export it again.",
    ),
    blocker(
        "CFG017",
        "python-lambda",
        "The bytecode of a Lambda layer is not interpreted.",
        "It is never executed. The finding names the instruction that is not known. A global that the file lacks "
        "is given with `--define NAME=VALUE`; for anything else, replace the layer in the source and save the model "
        "again, or save its weights alone and give the function that builds it with `--architecture`.",
    ),
    blocker(
        "CFG018",
        "named-lambda",
        "A Lambda layer calls a function by name.",
        "Give the function with `--custom-objects FILE.py`.",
    ),
    blocker(
        "CFG022",
        "subclassed-model",
        "The architecture is a subclassed model, which holds no graph of layers.",
        "Give its class with `--custom-objects`, or the function that builds it with "
        "`--architecture`; a SavedModel keeps its signatures in any case.",
    ),
    reason(
        "CFG023",
        "bad-endpoint",
        "An input or output of the model is not a tensor reference.",
        "The architecture was edited or cut; export it again.",
    ),
    reason(
        "CFG041",
        "meaningful-argument",
        "A layer has an argument that Keras 3 cannot express.",
        "Its value changes the result. Replace the layer in the source, or keep the model as a SavedModel.",
    ),
    reason(
        "CFG044",
        "ragged-input",
        "An input takes ragged tensors or a declared type specification.",
        "Keras 3 saves dense inputs only. Feed padded tensors with a mask.",
    ),
    blocker(
        "CFG050",
        "custom-objects-fail",
        "A file of custom objects cannot be imported in one of the worlds.",
        "It must be importable under tf-keras and under Keras 3.",
    ),
    reason(
        "CFG051", "loop", "The graph of the model has a loop.", "No Keras writes that; the file was edited."
    ),
    reason(
        "CFG054",
        "unbound-name",
        "The author's code reads a name that nothing in the given sources binds.",
        "The code is cut out of its source with what it reaches. Where a name leads out of the given folders, the "
        "code fails when it reaches that name; give the folder that defines it with another `--source DIR`.",
        Severity.WARNING,
    ),
    note(
        "CFG055",
        "own-code-rewritten",
        "The author's code is cut out of its source and rewritten for Keras 3.",
        "`keras-migrate explain FOLDER` shows it before and after, beside how far each layer that it makes differs.",
    ),
    note(
        "CFG057",
        "architecture-by-code",
        "The architecture of weights is what code of the sources builds.",
        "The file tells the shapes and names of its weights; what is computed between them is the code's word. Give "
        "another builder with `--architecture FILE.py:FUNCTION` where this is not the one that was trained.",
    ),
    note(
        "CFG058",
        "other-layers-than-the-file-lists",
        "The code that builds a model of these weights makes other layers than the file lists.",
        "HDF5 files list every layer, those without weights, too. Where a file lists `leaky_re_lu` and the code makes "
        "`activation`, the code has changed since the weights were trained, or is that of another model, although "
        "all shapes agree. Such a model is `unverified` until a recording (`MODEL.golden.npz`) agrees with it. "
        "Check out the commit that the weights are of, and give it with `--source`.",
    ),
    blocker(
        "CFG059",
        "own-class-not-read-back",
        "A class of the author's cannot be read back from what it writes.",
        "`keras.saving.load_model` calls the class with all that its `get_config` has written. Arguments of its base "
        "are handed on by themselves; one of its own that `__init__` does not take is the author's to add.",
    ),
    blocker(
        "CFG052",
        "builder-fails",
        "The function given with `--architecture` fails or returns no Keras 2 model.",
        "It takes no arguments and returns a tf.keras model.",
    ),
    reason(
        "CFG053",
        "untranslatable-place",
        "A layer stands where its replacement by several layers cannot.",
        "Take the layer out of its wrapper in the source.",
    ),
    reason(
        "CFG061",
        "unknown-operation",
        "A TensorFlow function or operation in the graph has no counterpart in the table.",
        "Replace the call in the source by a Keras layer, or keep the model as a SavedModel.",
    ),
    reason(
        "CFG063",
        "operands-not-stored",
        "Keras 2 did not store the operands of a function with a variable number of arguments.",
        "The file does not say what is computed. Rebuild the model from its source.",
    ),
    reason("CFG064", "unknown-index", "An index of a slice has an unknown form.", "Please report the model."),
    reason(
        "CFG066",
        "argument-without-counterpart",
        "A TensorFlow function is called with an argument that keras.ops cannot express.",
        "Replace the call in the source, or keep the model as a SavedModel.",
    ),
    reason(
        "CFG067",
        "two-open-sizes",
        "A shape has more than one size that is known at run time only.",
        "Give the model fixed sizes, or keep it as a SavedModel.",
    ),
    reason(
        "CFG084",
        "resize-method",
        "A Resizing layer uses a method that Keras 3 does not have on every backend.",
        "Choose bilinear in the source, or keep the model as a SavedModel.",
    ),
    reason(
        "CFG098",
        "malformed-architecture",
        "The architecture is not one that any Keras writes.",
        "If Keras wrote it, please report the file.",
    ),
    reason(
        "CFG099",
        "refused-configuration",
        "Keras 3 refuses a layer that no rule translates.",
        "Please report the model with its architecture; the finding holds Keras' own words.",
    ),
    reason(
        "CFG131",
        "random-output",
        "An output of the model is drawn at random.",
        "A Lambda drew noise, as the encoder of a variational autoencoder does. A layer of `custom_objects.py` "
        "draws it now, with a seed generator of its own. Nothing is left to do.",
    ),
)
