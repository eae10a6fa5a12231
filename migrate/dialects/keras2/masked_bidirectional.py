"""What a Bidirectional layer gives for masked steps changed with tf.keras; stand-alone Keras repeated its output.

Measured on files that Keras 1.2.2 to 2.3.1 and tf.keras 1.12 to 2.8 wrote: with ``return_sequences``, tf.keras from
1.13 on gives zeros for masked steps; stand-alone Keras and tf.keras up to 1.12 (``rnn`` of its ``backend.py``) give the
output of the step before. In tf.keras 2.0 and 2.1 the layers that could run on cuDNN repeated theirs too
(``standard_lstm`` of ``recurrent_v2.py`` was not told).
"""

from __future__ import annotations

from packaging.version import Version

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology, structure_refs, walk_layer
from migrate.dialects.bidirectional import STATES, two_layers
from migrate.dialects.graph_rewrites import to_functional
from migrate.dialects.keras2.stateful_bidirectional import is_tensorflow_1
from migrate.dialects.masks import makes_mask, mask_makers
from migrate.dialects.rule import Era, Step, era_semantics, model_rule
from migrate.findings import Finding, MigrationError, Rule, Severity

_ZEROS_SINCE = Version("2.2")
"""What tf.keras calls itself before TensorFlow 1.13 (2.1.6-tf) is less."""
RULE = era_semantics(
    Rule(
        "SIL011",
        "masked-bidirectional",
        "A Bidirectional layer repeated its output for masked steps, but would return zeros today.",
        Severity.SILENT,
        applies_to="<2.4",
        before='{"class_name": "Bidirectional", "config": {"layer": {"class_name": "LSTM", "config": '
        '{"return_sequences": true, …}}}} behind an Embedding with `mask_zero`',
        after="LSTM; LSTM with `go_backwards` and its output reversed; Concatenate; the mask put back",
        why="For a masked step, stand-alone Keras and tf.keras up to TensorFlow 1.12 returned the output of the step "
        "before; later tf.keras sets `zero_output_for_mask` on both layers of a Bidirectional that returns sequences. "
        "tf-keras on the untouched file is silently off by up to 0.6. The two layers alone behave as before, so they "
        "are taken out of the wrapper; if later layers need the mask, it is computed again from the ids or values.",
        references=("tensorflow/tensorflow#49738", "keras-team/keras#7695"),
    )
)


@model_rule(RULE, Step.KERAS_2)
def masked_bidirectional(model: Model, era: Era) -> Model:
    """Take the two layers of each Bidirectional that sees a mask out of their wrapper.

    Raises:
        MigrationError: ``SIL012`` where the mask's origin or the arguments are not known.
    """
    if not any(makes_mask(layer) for layer in model.layers):
        return model
    for layer in model.layers:
        if layer.class_name == "Bidirectional":
            if _repeats(layer, era):
                model = _apart(model, layer.name)
        elif any(
            part.class_name == "Bidirectional" and _repeats(part, era) for _, part in walk_layer(layer, ())
        ):
            _refuse_hidden(model, layer.name)
    return model


def _refuse_hidden(model: Model, name: str) -> None:
    """Refuse a nested or wrapped layer that gets a mask from outside: it would be computed as today, silently."""
    graph = to_functional(model)
    for node in graph.layer(name).nodes:
        for ref in node.refs():
            makers = mask_makers(graph, ref)
            if makers is None or makers:
                raise _refusal(name, "is inside another layer")


def _repeats(layer: Layer, era: Era) -> bool:
    """Whether the writing era repeated the output of this layer for masked steps."""
    forward = layer.children["forward_layer"]
    if not forward.config.get("return_sequences") or forward.class_name not in STATES:
        return False
    if not era.tf_keras or era.keras < _ZEROS_SINCE:
        return True
    return era.keras < Version("2.3") and _ran_fused(forward)


def _ran_fused(layer: Layer) -> bool:
    """Whether a layer of ``2.2.4-tf`` is one of TF 2.0 or 2.1, whose fused LSTM and GRU forgot about masked outputs.

    TF 1.13 to 1.15 wrote the same version. Their layers have ``implementation`` 1 unless told otherwise.
    """
    config = layer.config
    return (
        layer.class_name in ("LSTM", "GRU")
        and config.get("implementation") == 2
        and config.get("activation") == "tanh"
        and config.get("recurrent_activation") == "sigmoid"
        and not config.get("recurrent_dropout")
        and not config.get("unroll")
        and bool(config.get("use_bias", True))
        and bool(config.get("reset_after", True))
    )


def unsaid_release(model: Model, era: Era) -> list[Finding]:
    """Layers whose numbers depend on which release of TensorFlow 1 wrote the file, where it may be 1.13.

    That gave zeros in place of the last output of a Bidirectional layer without ``return_sequences`` where the step it
    reads last is masked; 1.15, which calls itself 2.2.4-tf as well, gives the output of the step before. Inputs of a
    Functional model tell: ``ragged`` came after 1.13.

    Args:
        model: in the writer's dialect.
        era: who wrote it.
    """
    told = any("ragged" in layer.config for _, layer in model.walk() if layer.class_name == "InputLayer")
    if told or not era.tf_keras or not any(makes_mask(layer) for layer in model.layers):
        return []
    graph = to_functional(model)
    return [
        Finding(
            "PAR021",
            Severity.WARNING,
            f"tf.keras 1.13 and 1.15 both report {era.keras}-tf; a Bidirectional layer without return_sequences "
            "returned zeros in 1.13 for sequences whose last step is masked, and is migrated as 1.15 computes it",
            "Record outputs of padded inputs with the release that wrote the model, as MODEL.golden.npz.",
            layer.name,
        )
        for layer in graph.layers
        if layer.class_name == "Bidirectional"
        and not layer.children["forward_layer"].config.get("return_sequences")
        and is_tensorflow_1(layer, era)
        and any(
            mask_makers(graph, ref) != frozenset()
            for node in layer.nodes
            for ref in structure_refs(node.args[:1])
        )
    ]


def _apart(model: Model, name: str) -> Model:
    graph = to_functional(model) if model.topology is Topology.SEQUENTIAL else model
    owner = graph.layer(name)
    makers = [mask_makers(graph, node.args[0]) for node in owner.nodes if isinstance(node.args[0], TensorRef)]
    if len(makers) == len(owner.nodes) and not any(m is None or m for m in makers):
        return model
    if len(makers) != 1 or makers[0] is None or owner.nodes[0].kwargs:
        raise _refusal(name, "is shared, takes initial states or gets its mask from a nested model")
    flip = Layer("TFOpLambda", "", {"function": "reverse"}, (Node((), {"axis": [1]}),))
    return two_layers(graph, owner, makers[0], zero_masked=False, flip=flip)


def _refusal(name: str, reason: str) -> MigrationError:
    return MigrationError(
        "SIL012",
        f"a Bidirectional layer in {name!r} has masked steps and {reason}: its outputs for masked steps cannot be "
        "restored with stock layers",
        "Replace the layer in the source by two recurrent layers.",
        place=name,
    )
