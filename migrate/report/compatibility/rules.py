"""The report's own reasons: broken links (LNK) and inputs that cannot be read (REP)."""

from __future__ import annotations

from migrate.findings import Fix, Rule, Severity

RULES: tuple[Rule, ...] = (
    Rule(
        code="LNK001",
        name="model-nothing-loads",
        summary="No source or configuration file in the repository mentions this model.",
        severity=Severity.INFO,
        fix=Fix.MANUAL,
        why="A model that nothing loads may be unused. Migrating it costs time and keeps a file that nobody needs; "
        "a model loaded by a path known only at run time is listed here too.",
        before='weights/old_best.h5   # and no load_model("weights/old_best.h5") anywhere',
        after="# the file is removed, or the place that loads it is written down",
    ),
    Rule(
        code="LNK002",
        name="load-of-absent-file",
        summary="A model is loaded, or named in a configuration, but the repository has no such file.",
        severity=Severity.WARNING,
        fix=Fix.MANUAL,
        why="The artifact could not be inspected, so this report says nothing about it. It may be downloaded or "
        "produced at run time: then it has to be migrated where it is produced.",
        before='model = load_model("weights/a.h5")   # weights/a.h5 is not here',
        after="# keras-migrate report . with the file in place, or keras-migrate models where it is kept",
    ),
    Rule(
        code="LNK003",
        name="custom-class-nowhere",
        summary="A model needs a custom class that no source file in the repository defines.",
        severity=Severity.ERROR,
        fix=Fix.MANUAL,
        why="Neither Keras 2 nor Keras 3 can build the model without the class. The class may be in a package that "
        "is installed separately; supply it with --custom-objects.",
        before='{"class_name": "AttentionPooling", "config": {"units": 64}}   # and no class AttentionPooling',
        after="keras-migrate models model.h5 --custom-objects attention.py --out migrated",
    ),
    Rule(
        code="LNK004",
        name="signature-nobody-has",
        summary="A signature is called by name that none of the models loaded there provides.",
        severity=Severity.ERROR,
        fix=Fix.MANUAL,
        why="Serving code addresses a SavedModel by signature name. ExportArchive of Keras 3 writes the names that "
        "it is given, tf.keras wrote serving_default: a missing name fails at the first request.",
        before='infer = loaded.signatures["predict"]   # the model has serving_default only',
        after='infer = loaded.signatures["serving_default"]',
    ),
    Rule(
        code="LNK005",
        name="class-defined-twice",
        summary="Several source files define the custom class that a model needs.",
        severity=Severity.WARNING,
        fix=Fix.UNSAFE,
        why="The name alone does not show which definition wrote the weights. Select the right one with "
        "--custom-objects; the wrong one may load and compute something else.",
        before="class Scale(Layer): ...   # in a/layers.py and in b/layers.py",
        after="keras-migrate models model.h5 --custom-objects a/layers.py --out migrated",
    ),
    Rule(
        code="REP001",
        name="unreadable-report-input",
        summary="A file passed to the report is not the expected JSON.",
        severity=Severity.ERROR,
        fix=Fix.MANUAL,
        why="Only the published formats of keras-migrate code, models and report can be combined.",
    ),
    Rule(
        code="REP002",
        name="artifact-that-cannot-be-read",
        summary="Reading an artifact crashes the process that reads it, takes too long, or raises.",
        severity=Severity.ERROR,
        fix=Fix.MANUAL,
        why="Artifacts are read in a separate process, so that one that crashes its parser affects only itself. It "
        "is listed as not examined; scan it before anything else opens it.",
        before="keras-migrate report .",
        after="keras-migrate scan models/strange.h5",
    ),
    Rule(
        code="REP003",
        name="table-without-its-package",
        summary="A Parquet table was requested, but the package that writes it is not installed.",
        severity=Severity.ERROR,
        fix=Fix.MANUAL,
        why="Parquet needs pyarrow, which most reports do not need. CSV needs nothing.",
    ),
)
BY_CODE = {rule.code: rule for rule in RULES}
