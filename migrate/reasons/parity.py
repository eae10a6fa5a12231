"""What the comparison found, or could not find."""

from __future__ import annotations

from migrate.findings import Rule, Severity
from migrate.reasons.reason import note, reason

REASONS: tuple[Rule, ...] = (
    reason(
        "PAR001",
        "numbers-differ",
        "The migrated model computes something different from the reference.",
        "Nothing was written. The finding names the output, the figures and the first layer that differs.",
        Severity.SILENT,
    ),
    reason(
        "PAR002",
        "weaker-witness",
        "A stronger reference could not be obtained.",
        "tf-keras could not load the untouched file; the next best reference was used.",
        Severity.INFO,
    ),
    reason(
        "PAR003",
        "unfit-recording",
        "Recorded inputs and outputs do not fit the model.",
        "Record one array per input and output, in the model's order.",
    ),
    note(
        "PAR004",
        "no-reference",
        "The legacy world provides no reference.",
        "Record inputs and outputs with the original framework as `MODEL.golden.npz`.",
    ),
    note(
        "PAR005",
        "unproven-signature",
        "A signature was exported but not compared.",
        "No probe fits its inputs; record a call of it.",
    ),
    note(
        "PAR007",
        "magnified-rounding",
        "Rounding alone explains the difference for this model.",
        "The original changes as much when its inputs change in the last bit. Record outputs for real inputs to have "
        "them compared without this allowance.",
    ),
    note(
        "PAR008",
        "vacuous-reference",
        "A reference carries no information: no rows, no finite value, or the same answer to every input.",
        "A comparison with it cannot fail, so an output without another reference is `unverified`. Record "
        "outputs for real inputs, and check the weights: NaN and dead units give such answers.",
    ),
    note(
        "PAR020",
        "unknown-backend",
        "The file can be read in two ways, and they compute different numbers.",
        "Keras 1 stored no backend. Theano flipped kernels and padded differently; if the variable names do "
        "not show it, both readings are run and the model is `unverified`. `--backend` or a recording resolves it.",
    ),
    note(
        "PAR021",
        "unsaid-release",
        "Releases that share a version compute different numbers.",
        "tf.keras 1.13 to 1.15 all report version 2.2.4-tf. The finding names the layer and the inputs that differ; "
        "without a recording the model is `unverified`.",
    ),
    note(
        "PAR022",
        "unsteady-cases",
        "Some probes show nothing, because rounding alone decides the output of the original.",
        "A recurrent model can magnify a change in the last bit of its inputs over many steps. If the original "
        "itself moves by more than 1e-3 in this way, and the models differ by no more than that, the case is left out; "
        "the rest is compared as always, and the coverage counts only the rest.",
    ),
    reason(
        "PAR009",
        "coverage-unknown",
        "The coverage of the comparison could not be measured.",
        "The numbers agree, but it is unknown how much of the model they depend on. Please report the model.",
        Severity.INFO,
    ),
    note(
        "PAR010",
        "low-coverage",
        "The compared outputs depend on too little of the model.",
        "A fault in the rest of the model would not have been noticed, so the status is `unverified`. The finding "
        "names the layers. Record inputs that use them, with the original framework, as `MODEL.golden.npz`.",
    ),
    note(
        "PAR011",
        "finite-inputs-only",
        "The models agree on finite inputs, but diverge if an input is NaN or infinite.",
        "Both worlds are run on NaN, infinity and minus infinity, one number in each row. The finding says for "
        "which of them an output differs: resizing by area multiplies what it leaves out by 0, and so did "
        "ThresholdedReLU.",
    ),
    note(
        "PAR012",
        "attention-scores-beyond-32",
        "A fully masked query attends evenly only while its scores are small.",
        "Keras 2 added -1e9 to the scores of masked steps in float32, which keeps only multiples of 64: scores "
        "beyond 32 tip a row of masked steps. Keras 3 spreads such a row evenly. Layers that respect the mask do not "
        "read these rows.",
    ),
    note(
        "PAR013",
        "another-training-mode",
        "The models agree at inference, but diverge in training mode.",
        "Both worlds are called once with training=True, with dropout and noise at rate 0, so that layers that "
        "normalise by the batch or use masks are compared in that mode, too. Outputs at inference do not depend on "
        "it.",
    ),
    reason(
        "PAR006",
        "incomparable",
        "Two artifacts cannot be compared: both are legacy, or they have no signature in common.",
        "`verify` compares a legacy artifact with the result of its migration, in this order, or two SavedModels.",
    ),
)
