"""What ended or hindered a run."""

from __future__ import annotations

from migrate.findings import Rule, Severity
from migrate.reasons.reason import blocker, reason

REASONS: tuple[Rule, ...] = (
    reason(
        "RUN001",
        "worker-died",
        "A worker crashed while it loaded or ran the file.",
        "It was tried twice, the second time alone. The run continued.",
    ),
    reason(
        "RUN002",
        "worker-hung",
        "A step took longer than `--timeout`.",
        "Raise the limit, or check the file.",
    ),
    reason(
        "RUN003",
        "worker-outgrew",
        "A worker used, or asked for, more memory than `--memory` allows.",
        "Raise the limit, or migrate the model alone.",
    ),
    reason(
        "RUN004",
        "worker-lied",
        "A worker sent something that is not a message.",
        "The model took over its process; treat the file as hostile.",
    ),
    reason(
        "RUN005",
        "world-raised",
        "A framework raised an error that no rule handles.",
        "Please report the model; the finding contains the error.",
    ),
    reason(
        "RUN006",
        "sandbox-refused",
        "A worker could not be sandboxed as requested.",
        "See the threat model for what the kernel must support.",
    ),
    reason(
        "RUN010",
        "output-exists",
        "Outputs exist and would be overwritten.",
        "Remove them, choose another `--out`, or pass `--force`.",
    ),
    reason(
        "RUN011",
        "output-unwritable",
        "The output folder cannot be written.",
        "Check space and permissions; no partial output was left.",
    ),
    reason(
        "RUN012",
        "output-in-use",
        "Another run is using the output folder.",
        "Wait for it, or choose another `--out`.",
    ),
    reason(
        "RUN013",
        "no-such-source",
        "A source does not exist, or vanished during the run.",
        "Check the path or pattern, and run the command again.",
    ),
    reason(
        "RUN014",
        "source-changed",
        "A source changed while it was read.",
        "Run the command again.",
    ),
    reason(
        "RUN015",
        "interrupted",
        "The run was interrupted.",
        "Run the command again: it continues where it stopped.",
    ),
    reason(
        "RUN016",
        "same-content",
        "The artifact has the same content as another one in the run.",
        "It was migrated once; both rows show the same outcome.",
        Severity.INFO,
    ),
    reason(
        "RUN017",
        "upload-failed",
        "An output could not be uploaded.",
        "Run the command again: finished artifacts are kept.",
    ),
    reason(
        "RUN019",
        "node-lost",
        "The cluster node that worked on the artifact was lost.",
        "The artifact was given to another node; the last loss is reported.",
    ),
    blocker(
        "RUN020",
        "frameworks-missing",
        "TensorFlow, tf-keras and Keras are not installed.",
        "Source, scan, inspect and report need none of them. Run `pip install 'keras-migrate[models]'`.",
    ),
    reason(
        "RUN021",
        "worker-scratch",
        "A worker filled its scratch folder beyond its limits and was killed.",
        "No model writes this much; treat the file as hostile.",
    ),
    reason(
        "RUN022",
        "worker-starved",
        "The machine gave a worker less memory or time than the run allows, or something outside killed it.",
        "Free memory or processors, raise the limit that the message names, or use `--jobs 1`; then `--retry failed`.",
    ),
    reason(
        "RUN018",
        "store-unreachable",
        "An object store or a cluster cannot be reached, or its extra is not installed.",
        "Check the URL and the credentials, or install the extra that the message names.",
    ),
)
