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
_X = "x = np.array([[1.0, 2.0]], 'float32')\n"

SAV001 = SourceRule(
    code="SAV001",
    name="save-directory",
    summary="save writes a file; a SavedModel folder is written by export.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    before=_MODEL + "model.save('out')\n",
    after=_NEW + "model.export('out')\n",
    why="A path without extension meant a SavedModel. For serving, export writes one (without the training state); to "
    "go on with Keras, the native format `.keras` is right. Where the same file loads the folder with load_model, "
    "both places get the extension `.keras`; otherwise save becomes export.",
    references=("keras-team/keras#19458", _GUIDE),
    manual="model.export(path) for serving, model.save(path + '.keras') to load it with Keras again",
    proofs=(
        Proof(
            before=_MODEL + _X + "model.save('out')\nagain = keras.models.load_model('out')\n"
            "result = again.predict(x, verbose=0)\n",
            unsafe=True,
        ),
        Proof(
            before="import tensorflow as tf\n" + _MODEL + "model.save('out')\n"
            "loaded = tf.saved_model.load('out')\nresult = os.path.exists('out/saved_model.pb')\n",
            unsafe=True,
        ),
    ),
)
SAV002 = SourceRule(
    code="SAV002",
    name="save-format",
    summary="The extension decides the format: save_format is gone.",
    severity=Severity.ERROR,
    before=_MODEL + "model.save('out.h5', save_format='h5')\n",
    after=_NEW + "model.save('out.h5')\n",
    why="`save_format='tf'` raises, `'h5'` is tolerated in some releases only. Where the extension says the same, the "
    "argument is dropped.",
    references=(_GUIDE,),
    manual="give the path the extension of the format: .keras or .h5; for a SavedModel call model.export(path)",
    proofs=(
        Proof(
            before=_MODEL
            + _X
            + "model.save('out.h5', save_format='h5')\nmodel.save('out.keras', save_format='keras')\n"
            "result = keras.models.load_model('out.h5', compile=False).predict(x, verbose=0)\n",
        ),
    ),
)
SAV003 = SourceRule(
    code="SAV003",
    name="weights-file-name",
    summary="Files of weights end in .weights.h5.",
    severity=Severity.ERROR,
    before=_MODEL + "model.save_weights('w.h5')\nmodel.load_weights('w.h5')\n",
    after=_NEW + "model.save_weights('w.weights.h5')\nmodel.load_weights('w.weights.h5')\n",
    why="save_weights and ModelCheckpoint(save_weights_only=True) refuse other names. A path that is put together is "
    "rewritten with --unsafe when a literal ends it. load_weights of the same literal "
    "path in the same file follows; a path that is only loaded stays, because Keras 3 reads old .h5 weights.",
    references=(_GUIDE, "keras-team/keras-io#1844"),
    manual="make the path end in .weights.h5, and load it by that name",
    proofs=(
        Proof(
            before=_MODEL
            + _X
            + "model.save_weights('w.h5')\nmodel.set_weights([w * 0 for w in model.get_weights()])\n"
            "model.load_weights('w.h5')\nresult = model.predict(x, verbose=0)\n",
        ),
        Proof(
            before=_MODEL + _X + "model.compile('sgd', 'mse')\n"
            "hook = keras.callbacks.ModelCheckpoint('best.h5', save_weights_only=True)\n"
            "model.fit(x, x[:, :1], verbose=0, callbacks=[hook])\nresult = len(os.listdir('.'))\n",
        ),
        Proof(
            before="import os\n"
            + _MODEL
            + _X
            + "folder = os.path.join('.', 'out')\nos.makedirs(folder)\nmodel.save_weights(folder + '/w.h5')\n"
            "model.save_weights(os.path.join(folder, 'v.h5'))\nmodel.save_weights(f'{folder}/u.hdf5')\n"
            "model.set_weights([w * 0 for w in model.get_weights()])\nmodel.load_weights(folder + '/w.h5')\n"
            "result = [model.predict(x, verbose=0), len(os.listdir(folder))]\n",
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
    before="from tensorflow import keras\nmodel = keras.models.load_model('saved_model_dir')\n",
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
    before="from tensorflow import keras\nmodel = keras.models.load_model('old.h5')\n",
    why="Losses and metrics stored by short names fail with `Could not deserialize 'keras.metrics.mse'`.",
    references=(_GUIDE,),
    manual="give compile=False and compile again, or convert the file with `keras-migrate`",
)
SAV006 = SourceRule(
    code="SAV006",
    name="saving-function-removed",
    summary="A function for saving or loading is gone.",
    severity=Severity.ERROR,
    before="from tensorflow import keras\n\n\ndef twin(model: keras.Model):\n"
    "    config = {'class_name': model.__class__.__name__, 'config': model.get_config()}\n"
    "    return keras.models.model_from_config(config)\n",
    after="import keras\n\n\ndef twin(model: keras.Model):\n"
    "    config = {'class_name': model.__class__.__name__, 'config': model.get_config()}\n"
    "    return model.__class__.from_config(config['config'])\n",
    why="YAML was dropped because loading it can run code. model_from_config wants more than a class name and a "
    "configuration in Keras 3 (`Could not locate class 'Functional'`); where the configuration is seen to be that of "
    "another model, its class makes the twin.",
    references=(_GUIDE,),
    manual="use to_json and model_from_json",
    proofs=(
        Proof(
            before="from tensorflow import keras\nfrom tensorflow.keras.models import model_from_config\n\n\n"
            "def twin(model, custom_objects={}):\n"
            "    config = {'class_name': model.__class__.__name__, 'config': model.get_config()}\n"
            "    return model_from_config(config, custom_objects=custom_objects)\n\n\n"
            "x = keras.Input((2,))\n"
            "first = keras.Model(x, keras.layers.Dense(2, kernel_initializer='ones')(x))\n"
            "second = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, kernel_initializer='ones')])\n"
            "result = [twin(m).predict(np.ones((1, 2)), verbose=0) for m in (first, second)]\n",
        ),
    ),
)
SAV007 = SourceRule(
    code="SAV007",
    name="tf-saved-model-of-keras",
    summary="A Keras model is exported with model.export.",
    severity=Severity.SILENT,
    fix=Fix.UNSAFE,
    before="import tensorflow as tf\n" + _MODEL + "tf.saved_model.save(model, 'out')\n",
    after=_NEW + "model.export('out')\n",
    why="tf.saved_model.save goes on working, but names and dtypes of the signature differ from those of Keras 2. "
    "export writes the endpoint `serve`, the signature `serving_default` and the inputs in their own dtypes.",
    references=("keras-team/keras#19458",),
    proofs=(
        Proof(
            before="import tensorflow as tf\n" + _MODEL + _X + "tf.saved_model.save(model, 'out')\n"
            "f = tf.saved_model.load('out').signatures['serving_default']\n"
            "name = list(f.structured_input_signature[1])[0]\n"
            "result = [np.array(v) for v in f(**{name: tf.constant(x)}).values()]\n",
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
    before=_MODEL + "model.save_weights('w.weights.h5', save_format='h5')\n",
    after=_NEW + "model.save_weights('w.weights.h5')\n",
    why="There is one format of weights; TensorFlow checkpoints are written by tf.train.Checkpoint.",
    references=(_GUIDE,),
    manual="load by layer name with by_name=True from Keras 3.9 on",
    proofs=(
        Proof(
            before=_MODEL + _X + "model.save_weights('w.weights.h5', save_format='h5')\n"
            "model.load_weights('w.weights.h5', options=None)\nresult = model.predict(x, verbose=0)\n",
        ),
    ),
)
SAV009 = SourceRule(
    code="SAV009",
    name="save-argument-removed",
    summary="save has no signatures, options and save_traces.",
    severity=Severity.ERROR,
    before=_MODEL + "model.save('out.keras', save_traces=True)\n",
    after=_NEW + "model.save('out.keras')\n",
    why="They belonged to SavedModels, which model.export and keras.export.ExportArchive write.",
    references=(_GUIDE,),
    manual="write signatures with keras.export.ExportArchive: track(model), add_endpoint(name, fn, input_signature), "
    "write_out(path)",
    proofs=(
        Proof(
            before=_MODEL + _X + "model.save('out.h5', options=None)\n"
            "result = keras.models.load_model('out.h5', compile=False).predict(x, verbose=0)\n",
        ),
    ),
)
SAV010 = SourceRule(
    code="SAV010",
    name="load-by-name",
    summary="load_weights(by_name=True) reads .h5 files from Keras 3.9 on.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    destination="<3.9",
    before=_MODEL + "model.load_weights('w.h5', by_name=True)\n",
    why="Releases before 3.9 raise.",
    references=(_GUIDE,),
    manual="require keras>=3.9",
)
SAV012 = SourceRule(
    code="SAV012",
    name="short-loss-in-h5",
    summary="A compiled .h5 does not load again when its loss has a short name.",
    severity=Severity.ERROR,
    before=_MODEL + "model.compile('sgd', 'mse')\nmodel.save('m.h5')\n",
    after=_NEW + "model.compile('sgd', 'mean_squared_error')\nmodel.save('m.h5')\n",
    why="Keras 3 writes the loss as it was given and reads it back as a class: `Could not deserialize "
    "'keras.metrics.mse'`. The full name is the same loss and comes back. Metrics by short names are not concerned.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before=_MODEL + _X + "model.compile('sgd', loss='mse')\nmodel.fit(x, x[:, :1], verbose=0)\n"
            "model.save('m.h5')\nagain = keras.models.load_model('m.h5')\n"
            "result = [again.predict(x, verbose=0), again.evaluate(x, x[:, :1], verbose=0)]\n",
        ),
    ),
)
SAV013 = SourceRule(
    code="SAV013",
    name="checkpoint-of-models",
    summary="Before Keras 3.8 a ModelCheckpoint writes whole models as .keras only.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    destination="<3.8",
    before="from tensorflow import keras\nkeep = keras.callbacks.ModelCheckpoint('best.h5')\n",
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
    before="import tensorflow as tf\nfrom tensorflow import keras\n\n\nclass Server(tf.Module):\n"
    "    def __init__(self):\n        self.dense = keras.layers.Dense(1)\n        self.dense.build((None, 2))\n\n"
    "    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])\n"
    "    def score(self, x):\n        return {'y': self.dense(x)}\n\n\n"
    "server = Server()\ntf.saved_model.save(server, 'out', signatures={'serving_default': server.score})\n",
    after="import tensorflow as tf\nimport keras\n\n\nclass Server(tf.Module):\n"
    "    def __init__(self):\n        self.dense = keras.layers.Dense(1)\n        self.dense.build((None, 2))\n\n"
    "    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])\n"
    "    def score(self, x):\n        return {'y': self.dense(x)}\n\n\n"
    "server = Server()\narchive = keras.export.ExportArchive()\narchive.track(server.dense)\n"
    "archive.add_endpoint('serving_default', server.score, "
    "input_signature=[tf.TensorSpec([None, 2], tf.float32)])\n"
    "archive.add_endpoint('score', server.score, input_signature=[tf.TensorSpec([None, 2], tf.float32)])\n"
    "archive.write_out('out')\n",
    why="Keras 3 layers are not found by tf.Module: its `variables` lack their weights. An ExportArchive "
    "tracks layers of any backend and writes the same endpoints; each is a signature too.",
    references=("keras-team/keras#19458", _GUIDE),
    manual="archive = keras.export.ExportArchive(); archive.track(layer); archive.add_endpoint(name, function, "
    "input_signature=[...]); archive.write_out(path)",
    proofs=(
        Proof(
            before="import tensorflow as tf\nfrom tensorflow import keras\n\n\nclass Server(tf.Module):\n"
            "    def __init__(self):\n        self.dense = keras.layers.Dense(1, kernel_initializer='ones')\n"
            "        self.dense.build((None, 2))\n\n"
            "    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, name='x')])\n"
            "    def score(self, x):\n        return {'y': self.dense(x)}\n\n\n"
            "server = Server()\n"
            "tf.saved_model.save(server, 'out', signatures={'serving_default': server.score})\n"
            "again = tf.saved_model.load('out')\n"
            "f = again.signatures['serving_default']\n"
            "x = tf.constant([[1.0, 2.0]])\n"
            "result = ['serving_default' in again.signatures, {k: np.array(v) for k, v in f(x=x).items()},\n"
            "          np.array(again.score(x)['y'])]\n",
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
    before="import tempfile\nfrom tensorflow import keras\n\n\n"
    "def again(model):\n    path = tempfile.mktemp() + 'model.h5'\n    model.save(path)\n"
    "    return keras.models.load_model(path)\n",
    after="import tempfile\nimport keras\n\n\n"
    "def again(model):\n    path = tempfile.mktemp() + 'model.keras'\n    model.save(path)\n"
    "    return keras.models.load_model(path)\n",
    why="Keras 3 reads .h5 for old files' sake: operations between layers (`Unknown layer: 'NotEqual'`), short names "
    "of losses, and texts in a configuration that are named like a function of Keras (`mode='add'`) do not survive it. "
    "Nobody else reads a temporary file, so its format may be chosen.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="import os, tempfile\nimport tensorflow as tf\nfrom tensorflow import keras\n\n\n"
            "def again(model):\n"
            "    path = os.path.join(tempfile.mkdtemp(), 'model_%d.h5' % 3)\n"
            "    model.save(path)\n    return keras.models.load_model(path)\n\n\n"
            "x = keras.Input((3,))\n"
            "y = keras.layers.Multiply()([x, tf.cast(tf.not_equal(x, 1.0), tf.float32)])\n"
            "result = again(keras.Model(x, y)).predict(np.array([[1.0, 2.0, 3.0]]), verbose=0)\n",
            unsafe=True,
        ),
    ),
)
