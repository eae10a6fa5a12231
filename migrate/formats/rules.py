"""The reason codes of the readers: why a file could not be read, or not as what its name says."""

from __future__ import annotations

from migrate.findings import Fix, Rule, Severity, Status

RULES: tuple[Rule, ...] = (
    Rule(
        "FMT001",
        "graph-without-layers",
        "A graph was given where a file with layers was expected.",
        Severity.ERROR,
        Fix.MANUAL,
        why="Keras 3 refuses SavedModels and graphs in load_model(). SavedModels have their own reader and keep "
        "their signatures; a bare graph has to be lifted.",
        references=("keras-team/keras#18709", "cbrnr/sleepecg#214"),
    ),
    Rule(
        "FMT028",
        "graph-without-values",
        "A graph whose variables have no values: a .meta file, or an Estimator's graph.pbtxt.",
        Severity.ERROR,
        Fix.MANUAL,
        why="A Saver writes the graph of the training program next to its checkpoint. The values are in the "
        "checkpoint; pass that one, with an architecture, or freeze the graph with it.",
        outcome=Status.BLOCKED,
    ),
    Rule(
        "FMT040",
        "graph-of-javascript",
        "A TensorFlow.js graph model whose graph cannot be reconstructed: tables, text, unknown fusions.",
        Severity.ERROR,
        Fix.MANUAL,
        why="The converter folds and fuses the graph for JavaScript. Fused operations are taken apart, constants "
        "are put back, and the graph is lifted like a frozen one. Tables filled by a second graph, text constants, "
        "and fusions that the converter does not write are refused: use the SavedModel or HDF5 file that it was "
        "converted from.",
        outcome=Status.BLOCKED,
    ),
    Rule(
        "FMT002",
        "hdf5-under-another-name",
        "HDF5 content under another suffix (.model, .hdf, .keras, none).",
        Severity.ERROR,
        why="Keras 2 wrote HDF5 under any name, and tf.keras up to 2.11 wrote HDF5 for .keras; Keras 3 goes by the "
        "suffix. This tool goes by content.",
        references=("ThomasMBury/ewstools#438",),
    ),
    Rule(
        "FMT005",
        "weights-in-the-other-layout",
        "*.weights.h5 in a layout that does not match its name.",
        Severity.ERROR,
        why="Up to TensorFlow 2.11 the name meant the Keras 2 layout, from 2.12 on that of an archive; Keras 3 "
        "reads only the latter under this name. Both are recognised by their groups.",
        references=("keras-team/tf-keras#664",),
    ),
    Rule(
        "FMT009",
        "soft-links",
        "HDF5 whose soft links are circular.",
        Severity.ERROR,
        Fix.MANUAL,
        why="Keras 3 has refused every soft link since 3.13.2; those that stay inside the file are resolved here.",
        references=("keras-team/keras#22057",),
    ),
    Rule(
        "FMT013",
        "already-keras-3",
        "The file was written by Keras 3.",
        Severity.INFO,
        why="There is nothing to migrate.",
        references=("tensorflow/tensorflow#64685",),
        outcome=Status.SKIPPED,
    ),
    Rule(
        "FMT015",
        "damaged",
        "The file is truncated, damaged, or a pointer to a file that was never fetched.",
        Severity.ERROR,
        Fix.MANUAL,
        why="Interrupted downloads, git-lfs and git-annex pointers and files of zeros look like models by name.",
    ),
    Rule(
        "FMT021",
        "unreadable",
        "The path does not exist or cannot be read.",
        Severity.ERROR,
        Fix.MANUAL,
    ),
    Rule(
        "FMT022",
        "incomplete",
        "Files that belong to the artifact are missing: shards, the index, the variables directory, the weights of a "
        "model.json.",
        Severity.ERROR,
        Fix.MANUAL,
        why="A SavedModel or checkpoint consists of several files; the .pb or the .index alone has no weights.",
    ),
    Rule(
        "FMT023",
        "no-model",
        "The file is not a Keras or TensorFlow model.",
        Severity.INFO,
        Fix.MANUAL,
        outcome=Status.SKIPPED,
    ),
    Rule(
        "FMT030",
        "misnamed",
        "The file has the name of a model but a different content.",
        Severity.ERROR,
        Fix.MANUAL,
        why="A web page or an error message instead of a download, a compressed file, a pickle or an archive "
        "without its configuration: code that loads `model.h5` expects a model there, so it is not skipped as other "
        "files are. HDF5 written by another program is.",
    ),
    Rule(
        "FMT024",
        "no-array",
        "A checkpoint entry is a handle or variant, which has no values to extract.",
        Severity.WARNING,
        Fix.MANUAL,
    ),
    Rule(
        "FMT025",
        "text-saved-model",
        "A SavedModel in text form (saved_model.pbtxt).",
        Severity.ERROR,
        Fix.MANUAL,
        why="Only manually created and test artifacts use it; TensorFlow can rewrite it as saved_model.pb.",
    ),
    Rule(
        "FMT041",
        "pickled-classes",
        "Custom classes of a model are stored next to it as a pickle (MLflow, BentoML).",
        Severity.WARNING,
        Fix.MANUAL,
        why="Loading a pickle runs its content, and a pickle of old classes does not run under Keras 3. It is "
        "reported but never loaded; use the source of the classes.",
    ),
    Rule(
        "WGT006",
        "groups-without-layers",
        "The groups of an archive, or the objects of a checkpoint, do not match the layers of its configuration.",
        Severity.ERROR,
        Fix.MANUAL,
        why="Archives name groups after classes and number them in a way that changed with 2.14 and 2.15; weights "
        "that cannot be assigned to exactly one layer are an error, never a guess.",
        references=("keras-team/tf-keras#664", "keras-team/keras#18913", "keras-team/keras#21663"),
    ),
    Rule(
        "WGT021",
        "vocabulary-not-stored",
        "A lookup layer learned a vocabulary that the file does not contain.",
        Severity.ERROR,
        Fix.MANUAL,
        why="An adapted layer keeps its tokens in a table. SavedModels and archives store it; checkpoints and HDF5 "
        "weights do not.",
        references=("tensorflow/tensorflow#61369", "keras-team/keras#18376"),
    ),
    Rule(
        "WGT020",
        "listed-but-not-stored",
        "The file lists a layer or array that it does not contain.",
        Severity.ERROR,
        Fix.MANUAL,
        why="The file was not written completely, or arrays were deleted; a model with initial values in their "
        "place would be wrong. A name that is listed twice refers to two arrays of which only one was stored: "
        "tf.keras 2.0 gives the arrays of all cells of an RNN the same names and raises while it saves them, and "
        "the remaining file looks complete.",
    ),
)
