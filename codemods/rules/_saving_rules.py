"""The data of family ``SAV``; what the rules do stands in ``saving`` and ``exporting``."""

from __future__ import annotations

from codemods.rules.api import Proof, SourceRule
from migrate.findings import Fix, Severity

_GUIDE = "https://keras.io/guides/migrating_to_keras_3/"
_MODEL = (
    "from tensorflow import keras\n"
    "model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer='ones')])\n"
)
_NEW = _MODEL.replace("from tensorflow import keras", "import keras")

SAV001 = SourceRule(
    code="SAV001",
    name="save-directory",
    summary="save writes a file; a SavedModel folder is written by export.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    why="A path without extension meant a SavedModel. For serving, export writes one (without the training state); to "
    "go on with Keras, the native format `.keras` is right. Where the same file loads the folder with load_model, "
    "both places get the extension `.keras`; otherwise save becomes export.",
    references=("keras-team/keras#19458", _GUIDE),
    manual="model.export(path) for serving, model.save(path + '.keras') to load it with Keras again",
    proofs=(
        Proof(
            unsafe=True,
        ),
        Proof(
            "proof_2",
            unsafe=True,
        ),
    ),
)
SAV002 = SourceRule(
    code="SAV002",
    name="save-format",
    summary="The extension decides the format: save_format is gone.",
    severity=Severity.ERROR,
    why="`save_format='tf'` raises, `'h5'` is tolerated in some releases only. Where the extension says the same, the "
    "argument is dropped.",
    references=(_GUIDE,),
    manual="give the path the extension of the format: .keras or .h5; for a SavedModel call model.export(path)",
    proofs=(Proof(),),
)
SAV003 = SourceRule(
    code="SAV003",
    name="weights-file-name",
    summary="Files of weights end in .weights.h5.",
    severity=Severity.ERROR,
    why="save_weights and ModelCheckpoint(save_weights_only=True) refuse other names. A path that is put together is "
    "rewritten with --unsafe when a literal ends it. load_weights of the same literal "
    "path in the same file follows; a path that is only loaded stays, because Keras 3 reads old .h5 weights.",
    references=(_GUIDE, "keras-team/keras-io#1844"),
    manual="make the path end in .weights.h5, and load it by that name",
    proofs=(
        Proof(),
        Proof(
            "proof_2",
        ),
        Proof(
            "proof_3",
            unsafe=True,
        ),
    ),
)
SAV004 = SourceRule(
    code="SAV004",
    name="load-savedmodel",
    summary="load_model does not read SavedModel folders.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="Keras 3 loads `.keras` and `.h5` files. A SavedModel serves inference through TFSMLayer.",
    references=(_GUIDE,),
    manual="convert the folder with `keras-migrate`, or use keras.layers.TFSMLayer(path, "
    "call_endpoint='serving_default') for inference",
)
SAV005 = SourceRule(
    code="SAV005",
    name="load-compiled-h5",
    summary="A legacy .h5 that was saved compiled may not load with its loss.",
    severity=Severity.WARNING,
    fix=Fix.MANUAL,
    why="Losses and metrics stored by short names fail with `Could not deserialize 'keras.metrics.mse'`.",
    references=(_GUIDE,),
    manual="give compile=False and compile again, or convert the file with `keras-migrate`",
)
SAV006 = SourceRule(
    code="SAV006",
    name="saving-function-removed",
    summary="A function for saving or loading is gone.",
    severity=Severity.ERROR,
    why="YAML was dropped because loading it can run code. model_from_config wants more than a class name and a "
    "configuration in Keras 3 (`Could not locate class 'Functional'`); where the configuration is seen to be that of "
    "another model, its class makes the twin.",
    references=(_GUIDE,),
    manual="use to_json and model_from_json",
    proofs=(Proof(),),
)
SAV007 = SourceRule(
    code="SAV007",
    name="tf-saved-model-of-keras",
    summary="A Keras model is exported with model.export.",
    severity=Severity.SILENT,
    fix=Fix.UNSAFE,
    why="tf.saved_model.save goes on working, but names and dtypes of the signature differ from those of Keras 2. "
    "export writes the endpoint `serve`, the signature `serving_default` and the inputs in their own dtypes.",
    references=("keras-team/keras#19458",),
    proofs=(
        Proof(
            unsafe=True,
            expect="same",
        ),
    ),
)
SAV008 = SourceRule(
    code="SAV008",
    name="weights-arguments",
    summary="save_weights and load_weights have no save_format and no options.",
    severity=Severity.ERROR,
    why="There is one format of weights; TensorFlow checkpoints are written by tf.train.Checkpoint.",
    references=(_GUIDE,),
    manual="load by layer name with by_name=True from Keras 3.9 on",
    proofs=(Proof(),),
)
SAV009 = SourceRule(
    code="SAV009",
    name="save-argument-removed",
    summary="save has no signatures, options and save_traces.",
    severity=Severity.ERROR,
    why="They belonged to SavedModels, which model.export and keras.export.ExportArchive write.",
    references=(_GUIDE,),
    manual="write signatures with keras.export.ExportArchive: track(model), add_endpoint(name, fn, input_signature), "
    "write_out(path)",
    proofs=(Proof(),),
)
SAV010 = SourceRule(
    code="SAV010",
    name="load-by-name",
    summary="load_weights(by_name=True) reads .h5 files from Keras 3.9 on.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    destination="<3.9",
    why="Releases before 3.9 raise.",
    references=(_GUIDE,),
    manual="require keras>=3.9",
)
SAV012 = SourceRule(
    code="SAV012",
    name="short-loss-in-h5",
    summary="A compiled .h5 does not load again when its loss has a short name.",
    severity=Severity.ERROR,
    why="Keras 3 writes the loss as it was given and reads it back as a class: `Could not deserialize "
    "'keras.metrics.mse'`. The full name is the same loss and comes back. Metrics by short names are not concerned.",
    references=(_GUIDE,),
    proofs=(Proof(),),
)
SAV013 = SourceRule(
    code="SAV013",
    name="checkpoint-of-models",
    summary="Before Keras 3.8 a ModelCheckpoint writes whole models as .keras only.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    destination="<3.8",
    why="Measured: 3.2 to 3.7 raise `The filepath provided must end in .keras`; 3.8 and later take .h5 too.",
    references=("keras-team/keras-io#1844", _GUIDE),
    manual="let the path end in .keras, and load the model from there; or require keras>=3.8",
)
SAV011 = SourceRule(
    code="SAV011",
    name="export-archive",
    summary="A tf.Module that holds Keras layers is exported with an ExportArchive.",
    severity=Severity.SILENT,
    fix=Fix.UNSAFE,
    why="Keras 3 layers are not found by tf.Module: its `variables` lack their weights. An ExportArchive "
    "tracks layers of any backend and writes the same endpoints; each is a signature too.",
    references=("keras-team/keras#19458", _GUIDE),
    manual="archive = keras.export.ExportArchive(); archive.track(layer); archive.add_endpoint(name, function, "
    "input_signature=[...]); archive.write_out(path)",
    proofs=(
        Proof(
            unsafe=True,
            expect="same",
        ),
    ),
)
SAV014 = SourceRule(
    code="SAV014",
    name="temporary-h5",
    summary="A model in a temporary .h5 file that is read again is better a .keras file.",
    severity=Severity.WARNING,
    fix=Fix.UNSAFE,
    why="Keras 3 reads .h5 for old files' sake: operations between layers (`Unknown layer: 'NotEqual'`), short names "
    "of losses, and texts in a configuration that are named like a function of Keras (`mode='add'`) do not survive it. "
    "Nobody else reads a temporary file, so its format may be chosen.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            unsafe=True,
        ),
    ),
)
