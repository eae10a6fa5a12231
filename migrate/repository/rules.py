"""Rules of a whole repository: joins of its source with the migrated files (``JOIN``), and refusals (``REPO``)."""

from __future__ import annotations

from migrate.findings import Fix, Rule, Severity

JOIN001 = Rule(
    code="JOIN001",
    name="load-of-migrated-model",
    summary="A model is loaded, saved or checkpointed under the name of a file that was migrated.",
    severity=Severity.ERROR,
    fix=Fix.SAFE,
    before='PATH = "models/net.hdf5"\nmodel = load_model(PATH, compile=False)',
    after='PATH = "models/net.keras"\nmodel = load_model(PATH, compile=False)',
    why="The new file stands beside the old one under the same name with the ending .keras. Every place that names the "
    "old file is followed to what uses the path: loads, saves and checkpoints of whole models are renamed together, so "
    "that a training script goes on to write what the others read. Where one use is not understood, none is renamed. "
    "The new file is the one whose outputs were compared with the old one's.",
)
JOIN002 = Rule(
    code="JOIN002",
    name="text-names-migrated-model",
    summary="A command, a container file or a text names a file that was migrated.",
    severity=Severity.WARNING,
    fix=Fix.SAFE,
    before="CMD python serve.py models/net.h5",
    after="CMD python serve.py models/net.keras",
    why="Documentation and commands follow the source: a name is changed where the source loads the file by this name, "
    "or loads a model whose name it is told, and nothing reads the old file by other means.",
)
JOIN003 = Rule(
    code="JOIN003",
    name="class-registered-for-its-model",
    summary="A migrated model needs a class or function of the repository, which is registered nowhere.",
    severity=Severity.ERROR,
    fix=Fix.SAFE,
    before="class Scale(Layer): ...",
    after='@keras.saving.register_keras_serializable(package="layers")\nclass Scale(Layer): ...',
    why="Keras 3 looks custom objects up by the name under which they are registered, package and name. The package is "
    "the one that the migrated file names. The model was loaded in the sandbox by importing the rewritten source, and "
    "gave the outputs that its migration recorded; where it does not, nothing is registered.",
)
JOIN004 = Rule(
    code="JOIN004",
    name="weights-in-another-layout",
    summary="Weights are loaded from a file whose arrays Keras 3 does not read as they were meant.",
    severity=Severity.ERROR,
    fix=Fix.SAFE,
    before='model = build()\nmodel.load_weights("net.hdf5", by_name=True)',
    after='model = build()\nmodel.load_weights("net_keras3.hdf5", by_name=True)',
    why="Keras 3 loads HDF5 weights of Keras 2 and converts nothing of them: gates of CuDNN have one bias more, "
    "kernels of Keras 1 and Theano stand in another order. The new file holds the arrays of the migrated model under "
    "the same names of layers and in a file of the same kind, so that loading by name and in part goes on to work. "
    "Every value was compared after loading it by order and by name. Where Keras 3 loads the old file with these "
    "values, nothing is written and nothing changes.",
)
JOIN005 = Rule(
    code="JOIN005",
    name="own-weights-saved-and-loaded",
    summary="Weights that the program saves are loaded under the name, and in the layout, that Keras 3 gives them.",
    severity=Severity.ERROR,
    fix=Fix.SAFE,
    before='def save(model, path="net_weights.hdf5"):\n    model.save_weights(path)\n\n\n'
    "def restore(model, path):\n    model.load_weights(path, by_name=True)",
    after='def save(model, path="net_weights.weights.h5"):\n    model.save_weights(path)\n\n\n'
    "def restore(model, path):\n"
    '    model.load_weights(path, **({} if str(path).endswith(".weights.h5") else {"by_name": True}))',
    why="save_weights of Keras 3 takes names that end in .weights.h5 alone, and such a file is loaded by the structure "
    "of the model: `by_name` raises. Paths are followed through parameters and files; a text that goes anywhere but to "
    "weights keeps its name, and so do the files that the repository holds.",
)
JOIN006 = Rule(
    code="JOIN006",
    name="model-of-two-files",
    summary="A model is made from a file of its architecture and one of its weights; the migrated file holds both.",
    severity=Severity.ERROR,
    fix=Fix.SAFE,
    before='model = model_from_json(open("net.json").read())\nmodel.load_weights("net.h5")',
    after='model = keras.models.load_model("net.keras", compile=False)',
    why="Keras 3 reads few architectures that Keras 1 and 2 wrote. The weights were migrated with the architecture "
    "that the file names, and the outputs compared. It is rewritten where both calls stand in one function and nothing "
    "reads the model in between.",
)
JOIN010 = Rule(
    code="JOIN010",
    name="use-of-path-not-understood",
    summary="A path names a migrated file, and what the program does with it is not certain.",
    severity=Severity.WARNING,
    fix=Fix.MANUAL,
    before='MODELS = {"small": "models/small.h5"}\nserve(MODELS[name])',
    after='MODELS = {"small": "models/small.keras"}',
    why="A program that writes the old file and one that reads the new one would no longer speak of the same model. "
    "Nothing was renamed for this model; change all of its places together, or none.",
)
JOIN011 = Rule(
    code="JOIN011",
    name="weights-into-built-model",
    summary="Weights of a file are loaded into a model that the source builds.",
    severity=Severity.WARNING,
    fix=Fix.MANUAL,
    before='model = build()\nmodel.load_weights("net.h5")',
    after='model = keras.saving.load_model("net.keras")',
    why="load_weights pairs arrays with layers by order or by name. Keras 3 still reads such files, but nothing proves "
    "that it pairs them as Keras 2 did; the old name was kept. The migrated file holds the whole model, compared.",
)
JOIN012 = Rule(
    code="JOIN012",
    name="model-needs-code-beside-it",
    summary="A migrated model needs code beside Keras, and its load does not provide it.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    before='model = load_model("net.h5")',
    after='import custom_objects\nmodel = load_model("net.keras")',
    why="Where stock layers cannot express what an old model computed, or it needs classes of the repository, a file "
    "of code stands beside the migrated one, and has to be imported before the model is loaded.",
)
JOIN013 = Rule(
    code="JOIN013",
    name="package-data-leaves-out-keras",
    summary="The data files of a package are named by endings that leave the migrated file out.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    before='package_data={"net": ["*.hdf5"]}',
    after='package_data={"net": ["*.hdf5", "*.keras"]}',
    why="An installed package would lack the file that its source loads now.",
)
REPO001 = Rule(
    code="REPO001",
    name="uncommitted-changes",
    summary="The checkout has changes that are not committed.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="The branch is made on top of the last commit. What is not committed would be missing in it, and compared with "
    "nothing.",
)
REPO002 = Rule(
    code="REPO002",
    name="unusable-folder",
    summary="The folder for outputs cannot be used.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="An output folder inside of the repository would be migrated itself by the next run; one that holds something "
    "else would lose it; one that holds an earlier run is gone on with only when that is asked for.",
)
REPO003 = Rule(
    code="REPO003",
    name="git-refuses",
    summary="Git does not make the branch.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="A branch of this name may exist, or the repository is one that git does not write to. No branch was made and "
    "none was moved.",
)
REPO004 = Rule(
    code="REPO004",
    name="test-fails-in-keras-3",
    summary="A test passes in the legacy world and fails in Keras 3.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="The user's command ran in both worlds: the old source under tf-keras, the new one under Keras 3.",
)
REPO005 = Rule(
    code="REPO005",
    name="command-gave-no-answer",
    summary="The user's command did not come to results in a world.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="It ran out of time, or a package that it needs is not installed. Nothing can be said of what it tests.",
)
REPO006 = Rule(
    code="REPO006",
    name="packages-cannot-be-had",
    summary="Packages that the user's command needs cannot be installed.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="They are installed as wheels into an environment of their own, beside the frameworks of this installation, "
    "which stay as they are. A package without a wheel for this Python, or one that needs another framework, is not.",
)
REPO007 = Rule(
    code="REPO007",
    name="file-left-alone",
    summary="A source file could not be rewritten.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="It does not parse (Python 2, a template), or its rewrite did not pass the checks that follow it. It stays as "
    "it was, and what it names and loads is not known.",
)

REPO008 = Rule(
    code="REPO008",
    name="list-of-repositories",
    summary="The list of a fleet has a line that names no repository.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    before="../serving --test pytest -q",
    after='../serving --test "pytest -q"',
    why="Each line is the path of a repository, relative to the file, and options of `keras-migrate repo` for it "
    "alone.",
)
RULES: tuple[Rule, ...] = (
    JOIN001, JOIN002, JOIN003, JOIN004, JOIN005, JOIN006, JOIN010, JOIN011, JOIN012, JOIN013, REPO001, REPO002, REPO003,
    REPO004, REPO005, REPO006, REPO007, REPO008,
)  # fmt: skip
BY_CODE = {rule.code: rule for rule in RULES}
