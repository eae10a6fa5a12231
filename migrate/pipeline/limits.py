"""Findings for parts of the original that an exported SavedModel cannot have, and for their replacements."""

from __future__ import annotations

import keyword
from collections.abc import Mapping, Sequence

from migrate.capsule.ends import Signatures
from migrate.findings import Finding, Severity
from migrate.pipeline.progress import Progress
from migrate.worlds.contracts.reader import DescribedSavedModel

SERVE = "serve"
PREDICT = "tensorflow/serving/predict"


def report_limits(info: DescribedSavedModel, progress: Progress) -> None:
    """Findings for what the exporter cannot express."""
    if len(info.tag_sets) > 1:
        others = [tags for tags in info.tag_sets if tags != info.tags]
        progress.findings.append(
            Finding(
                "EXP010",
                Severity.WARNING,
                f"only the meta graph {info.tags} is exported; the tag sets {others} are omitted",
                "Keep the old SavedModel for the other tag sets; the exporter writes one.",
            )
        )
    if SERVE not in info.tags:
        tags = info.tags or "no tag"
        progress.findings.append(
            Finding(
                "EXP014",
                Severity.INFO,
                f"the meta graph had {tags}, which servers do not load; it is exported with the tag {SERVE!r}",
                "Load it through its signatures, or as a server does; hub.Module needs the old folder.",
            )
        )
    for name, method in info.methods.items():
        if method not in ("", PREDICT):
            progress.findings.append(
                Finding(
                    "EXP011",
                    Severity.WARNING,
                    f"signature {name!r} answered {method.rsplit('/', 1)[-1]} requests and becomes a predict signature",
                    "Send predict requests with the same keys; the values are the same.",
                    name,
                )
            )


def report_functions(info: DescribedSavedModel, signatures: Signatures, progress: Progress) -> None:
    """A note if functions replace signatures that the file does not have."""
    if signatures and not info.orders:
        keys = {name: s.input_keys for name, s in signatures.items()}
        progress.findings.append(
            Finding(
                "EXP015",
                Severity.INFO,
                f"the SavedModel had no signature; its functions are served as {keys}",
                "From Python, the loaded object is called as before; servers use these signatures.",
            )
        )


def report_lost(
    functions: Sequence[str], kept: Sequence[str], signatures: Signatures, progress: Progress
) -> None:
    """Functions of the object that the exported one lacks, or has as the signature with their name."""
    changed = [name for name in functions if name not in kept and name in signatures]
    lost = [name for name in functions if name not in kept and name not in signatures]
    said = []
    if lost:
        said.append(f"Python can no longer call {', '.join(lost)} of the loaded object")
    if changed:
        said.append(
            f"{', '.join(changed)} of the loaded object became the signature of the same name, which returns a dict"
        )
    if said:
        progress.findings.append(
            Finding(
                "EXP016",
                Severity.WARNING,
                f"{'; '.join(said)}; the signatures are kept",
                "Call signatures[NAME](...) on the result of tf.saved_model.load.",
            )
        )


def report_channels_first(operations: Sequence[str], progress: Progress) -> None:
    """Operations of a graph that is written as it was, which processors run only if TensorFlow may turn them."""
    if operations:
        progress.findings.append(
            Finding(
                "EXP031",
                Severity.WARNING,
                f"the SavedModel keeps {', '.join(operations)} over channels first (NCHW), which TensorFlow runs on "
                "GPUs, and on processors with oneDNN or its layout optimizer",
                "Serve it there, or use the .keras (--lift), whose layers run everywhere.",
            )
        )


def report_keywords(inputs: Mapping[str, Sequence[str]], progress: Progress) -> None:
    """Keys of inputs, by signature, that servers accept and Python functions cannot."""
    for name, keys in inputs.items():
        for key in filter(keyword.iskeyword, keys):
            progress.findings.append(
                Finding(
                    "EXP012",
                    Severity.WARNING,
                    f"input {key!r} of signature {name!r} is a Python keyword; servers accept it as before, "
                    f"tf.saved_model.load names the argument {key}_",
                    f"From Python, call signatures[{name!r}]({key}_=...).",
                    name,
                )
            )
