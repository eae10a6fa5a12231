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
    why="The new file is next to the old one, with the same name and the suffix .keras. Every place that names the "
    "old file is followed to what uses the path: loads, saves and checkpoints of whole models are renamed together, "
    "so that a training script continues to write what the others read. If one use is not understood, none is "
    "renamed. The new file is the one whose outputs were compared with the old one's.",
)
JOIN002 = Rule(
    code="JOIN002",
    name="text-names-migrated-model",
    summary="A command, a container file, a text or a configuration names a file that was migrated.",
    severity=Severity.WARNING,
    fix=Fix.SAFE,
    before="CMD python serve.py models/net.h5",
    after="CMD python serve.py models/net.keras",
    why="Documentation and commands follow the source: a name is changed if the source loads the file by this name, "
    "or loads a model whose name it receives, and nothing reads the old file by other means. An entry of a "
    "configuration file that the program names is changed if each reading of its key is followed to a load.",
)
JOIN003 = Rule(
    code="JOIN003",
    name="class-registered-for-its-model",
    summary="A migrated model needs a class or function of the repository that is not registered.",
    severity=Severity.ERROR,
    fix=Fix.SAFE,
    before="class Scale(Layer): ...",
    after='@keras.saving.register_keras_serializable(package="layers")\nclass Scale(Layer): ...',
    why="Keras 3 looks up custom objects by the name under which they are registered, package and name. The package "
    "is the one that the migrated file names. The model was loaded in the sandbox by importing the rewritten "
    "source, and gave the outputs that its migration recorded; if it does not, nothing is registered.",
)
JOIN004 = Rule(
    code="JOIN004",
    name="weights-in-another-layout",
    summary="Weights are loaded from a file whose arrays Keras 3 interprets differently.",
    severity=Severity.ERROR,
    fix=Fix.SAFE,
    before='model = build()\nmodel.load_weights("net.hdf5", by_name=True)',
    after='model = build()\nmodel.load_weights("net_keras3.hdf5", by_name=True)',
    why="Keras 3 loads HDF5 weights of Keras 2 without converting them: CuDNN gates have one more bias, Keras 1 and "
    "Theano kernels are in a different order. The new file contains the arrays of the migrated model under the same "
    "layer names and in a file of the same kind, so that loading by name and partial loading still work. Every "
    "value was compared after loading it by order and by name. If Keras 3 loads the old file with these values, "
    "nothing is written and nothing changes.",
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
    why="save_weights in Keras 3 accepts only names that end in .weights.h5, and such a file is loaded by the "
    "structure of the model: `by_name` raises. Paths are followed through parameters and files; a string that is "
    "used for anything but weights keeps its name, and so do the files in the repository.",
)
JOIN006 = Rule(
    code="JOIN006",
    name="model-of-two-files",
    summary="A model is built from an architecture file and a weights file; the migrated file contains both.",
    severity=Severity.ERROR,
    fix=Fix.SAFE,
    before='model = model_from_json(open("net.json").read())\nmodel.load_weights("net.h5")',
    after='model = keras.models.load_model("net.keras", compile=False)',
    why="Keras 3 reads few architectures that Keras 1 and 2 wrote. The weights were migrated with the architecture "
    "that the file names, and the outputs compared. The code is rewritten if both calls are in one function and "
    "nothing reads the model in between.",
)
JOIN010 = Rule(
    code="JOIN010",
    name="use-of-path-not-understood",
    summary="A path names a migrated file, and it is unclear what the program does with it.",
    severity=Severity.WARNING,
    fix=Fix.MANUAL,
    before='MODELS = {"small": "models/small.h5"}\nserve(MODELS[name])',
    after='MODELS = {"small": "models/small.keras"}',
    why="A program that writes the old file and one that reads the new one would no longer use the same model. "
    "Nothing was renamed for this model; change all of its places together, or none.",
)
JOIN011 = Rule(
    code="JOIN011",
    name="weights-into-built-model",
    summary="Weights from a file are loaded into a model that the source builds.",
    severity=Severity.WARNING,
    fix=Fix.MANUAL,
    before='model = build()\nmodel.load_weights("net.h5")',
    after='model = keras.saving.load_model("net.keras")',
    why="load_weights matches arrays with layers by order or by name. Keras 3 still reads such files, but nothing "
    "proves that it matches them as Keras 2 did; the old name was kept. The migrated file contains the whole, "
    "compared model.",
)
JOIN012 = Rule(
    code="JOIN012",
    name="model-needs-code-beside-it",
    summary="A migrated model needs code other than Keras, and its load does not provide it.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    before='model = load_model("net.h5")',
    after='import custom_objects\nmodel = load_model("net.keras")',
    why="If stock layers cannot express what an old model computed, or it needs classes of the repository, a code "
    "file is next to the migrated one, and has to be imported before the model is loaded.",
)
JOIN013 = Rule(
    code="JOIN013",
    name="package-data-leaves-out-keras",
    summary="The data files of a package are named by patterns that exclude the migrated file.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    before='package_data={"net": ["*.hdf5"]}',
    after='package_data={"net": ["*.hdf5", "*.keras"]}',
    why="An installed package would lack the file that its source loads now.",
)
REPO001 = Rule(
    code="REPO001",
    name="uncommitted-changes",
    summary="The checkout has uncommitted changes.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="The branch is based on the last commit. Uncommitted changes would be missing in it, and would not be "
    "compared with anything.",
)
REPO002 = Rule(
    code="REPO002",
    name="unusable-folder",
    summary="The folder for outputs cannot be used.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="An output folder inside the repository would itself be migrated by the next run; one that contains "
    "something else would lose it; one that contains an earlier run is only continued if requested.",
)
REPO003 = Rule(
    code="REPO003",
    name="git-refuses",
    summary="Git cannot create the branch.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="A branch with this name may exist, or git may not be able to write to the repository. No branch was "
    "created or moved.",
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
    summary="The user's command gave no results in a world.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="It ran out of time, or a package that it needs is not installed. Nothing can be concluded about its tests.",
)
REPO006 = Rule(
    code="REPO006",
    name="packages-cannot-be-had",
    summary="Packages that the user's command needs cannot be installed.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="They are installed as wheels into a separate environment, next to the frameworks of this installation, "
    "which do not change. A package without a wheel for this Python, or one that needs another framework, is not "
    "installed.",
)
REPO007 = Rule(
    code="REPO007",
    name="file-left-alone",
    summary="A source file could not be rewritten.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="It cannot be parsed (Python 2, a template), or its rewrite did not pass the checks that follow it. It is "
    "not changed, and its names and loads are unknown.",
)

REPO008 = Rule(
    code="REPO008",
    name="list-of-repositories",
    summary="The list of a fleet has a line that names no repository.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    before="../serving --test pytest -q",
    after='../serving --test "pytest -q"',
    why="Each line is the path of a repository, relative to the file, and options of `keras-migrate repo` for this "
    "repository.",
)
RULES: tuple[Rule, ...] = (
    JOIN001, JOIN002, JOIN003, JOIN004, JOIN005, JOIN006, JOIN010, JOIN011, JOIN012, JOIN013, REPO001, REPO002, REPO003,
    REPO004, REPO005, REPO006, REPO007, REPO008,
)  # fmt: skip
BY_CODE = {rule.code: rule for rule in RULES}
