"""Why a configuration could not be migrated unchanged."""

from __future__ import annotations

from migrate.findings import Rule, Severity
from migrate.reasons.reason import blocker, note, reason

REASONS: tuple[Rule, ...] = (
    blocker(
        "CFG005",
        "unknown-class",
        "A class or function is neither part of Keras nor supplied.",
        "Supply it with `--source DIR` or `--custom-objects FILE.py`; the finding shows its name, its configuration "
        "and the shapes of its weights. A name that Keras has today can still be the author's: Keras 2.2.4 had no "
        "`swish`, and Keras' `Attention` has no `step_dim`.",
    ),
    blocker(
        "CFG006",
        "doubtful-name",
        "A name may refer to Keras' own function or to the author's, and the file does not say which.",
        "HDF5 files and JSON store only the name of a function. Keras added `swish`, `gelu` and others after people "
        "had written them for years, often with different constants: the tanh form of `gelu` differs from Keras' own "
        "by 3e-4. `--stock-names gelu` declares it as Keras' own, `--source DIR` searches for the author's, and a "
        "recording (`MODEL.golden.npz`) proves either.",
    ),
    blocker(
        "CFG009",
        "no-input-shape",
        "A Sequential model does not store the shape of its input.",
        "Keras 2 could save a model that was never called. The shape is inferred from the first "
        "layer's weights if they determine it; otherwise save the model again after a call.",
    ),
    reason(
        "CFG011",
        "dangling-input",
        "A layer takes its input from a layer that is not in the model.",
        "The architecture was edited or truncated; export it again.",
    ),
    blocker(
        "CFG017",
        "python-lambda",
        "The bytecode of a Lambda layer cannot be interpreted.",
        "It is never executed. The finding names the unknown instruction. If the file lacks a global, pass "
        "it with `--define NAME=VALUE`; for anything else, replace the layer in the source and save the model "
        "again, or save only its weights and pass the function that builds it with `--architecture`.",
    ),
    blocker(
        "CFG018",
        "named-lambda",
        "A Lambda layer calls a function by name.",
        "Supply the function with `--custom-objects FILE.py`.",
    ),
    blocker(
        "CFG022",
        "subclassed-model",
        "The architecture is a subclassed model, which contains no graph of layers.",
        "Supply its class with `--custom-objects`, or the function that builds it with "
        "`--architecture`; a SavedModel keeps its signatures in any case.",
    ),
    reason(
        "CFG023",
        "bad-endpoint",
        "An input or output of the model is not a tensor reference.",
        "The architecture was edited or truncated; export it again.",
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
        "An input expects ragged tensors or a declared type specification.",
        "Keras 3 saves only dense inputs. Feed padded tensors with a mask.",
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
        "The author's code uses a name that the given sources do not define.",
        "The code is extracted from its source with everything it uses. If a name leads outside the given folders, the "
        "code fails when it reaches that name; pass the folder that defines it with another `--source DIR`.",
        Severity.WARNING,
    ),
    note(
        "CFG055",
        "own-code-rewritten",
        "The author's code is extracted from its source and rewritten for Keras 3.",
        "`keras-migrate explain FOLDER` shows it before and after, and how much the result of each of its layers "
        "differs.",
    ),
    note(
        "CFG057",
        "architecture-by-code",
        "The architecture for these weights is built by code from the sources.",
        "The file shows the shapes and names of its weights; the code decides what is computed between them. Select "
        "another builder with `--architecture FILE.py:FUNCTION` if this is not the one that was trained.",
    ),
    note(
        "CFG058",
        "other-layers-than-the-file-lists",
        "The code that builds a model for these weights creates other layers than the file lists.",
        "HDF5 files list every layer, including those without weights. If a file lists `leaky_re_lu` and the code "
        "creates `activation`, the code has changed since the weights were trained, or belongs to another model, "
        "although all shapes match. Such a model is `unverified` until a recording (`MODEL.golden.npz`) agrees with "
        "it. Check out the commit that produced the weights, and pass it with `--source`.",
    ),
    blocker(
        "CFG059",
        "own-class-not-read-back",
        "One of the author's classes cannot be loaded from the configuration that it writes.",
        "`keras.saving.load_model` calls the class with everything that its `get_config` has written. Arguments of its "
        "base class are passed on automatically; if `__init__` does not accept one of its own, add it in the source.",
    ),
    blocker(
        "CFG068",
        "own-code-fails",
        "The author's code fails under Keras 3 after it was rewritten.",
        "The finding contains Keras' error and the lines that the rules cannot rewrite, with file, line and rule. "
        "Change them in the source so that both worlds run it, or write the class for Keras 3 in a file of its own and "
        "give that with `--modern-source FILE.py`: tf-keras then runs the old source, and Keras 3 the new one.",
    ),
    note(
        "CFG069",
        "own-code-left",
        "The rules cannot rewrite some lines of the author's code.",
        "They have no form for Keras 3 that is certain to be the same. What the model computes was "
        "compared all the same; a line that its outputs do not reach, such as one of a loss, was not. `keras-migrate "
        "explain FOLDER` and `migration.json` (`own_code`, `left`) list all of them.",
    ),
    blocker(
        "CFG052",
        "builder-fails",
        "The function passed with `--architecture` fails or returns no Keras 2 model.",
        "It must return a tf.keras model. Pass its arguments in the call: `--architecture "
        "'FILE.py:FUNCTION(classes=10)'`.",
    ),
    reason(
        "CFG053",
        "untranslatable-place",
        "A layer is in a place where several layers cannot replace it.",
        "Take the layer out of its wrapper in the source.",
    ),
    reason(
        "CFG061",
        "unknown-operation",
        "A TensorFlow function or operation in the graph has no known counterpart.",
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
        "A shape has more than one size that is known only at run time.",
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
        "Please report the model with its architecture; the finding contains the Keras error message.",
    ),
    reason(
        "CFG131",
        "random-output",
        "An output of the model is random.",
        "A Lambda drew noise, as the encoder of a variational autoencoder does. A layer in `custom_objects.py` "
        "now draws it, with its own seed generator. No action is needed.",
    ),
    blocker(
        "CFG132",
        "draw-that-cannot-repeat",
        "An output of the model is random, and the draw cannot be repeated.",
        "Two runs of the original differ although the functions of `tf.random` and `keras.backend` gave fixed numbers: "
        "`call` of the custom code draws with NumPy, with Python's `random`, or with a generator object. NumPy draws "
        "anew in each eager call, and once for all in a graph: `model.predict` of Keras 2 repeated the draw of its "
        "first batch, and a SavedModel contains one. So nothing can be compared, and an exported model would always "
        "return the same draw. Draw with `tf.random` or `keras.backend.random_normal` in the source: such draws are "
        "compared with fixed numbers in their place, and as distributions.",
    ),
)
