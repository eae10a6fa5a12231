"""BERT of CyberZHG's packages: keras-bert 0.10 to 0.89, and what it is made of.

That is keras-transformer, keras-multi-head, keras-pos-embd, keras-position-wise-feed-forward, keras-embed-sim and
keras-layer-normalization. Padding has the id 0; where its mask goes is followed here, and what used it gets it as a
tensor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from migrate.capsule.model import Layer, Model, Node, TensorRef, map_structure, structure_refs
from migrate.dialects.ecosystem.keras_bert_layers import EMBEDDINGS, FAMILY, USES, parts_of
from migrate.dialects.foreign import Foreign, model_adapter, refusal, unchanged
from migrate.dialects.graph_rewrites import expand_graphs, rewire, to_functional
from migrate.dialects.masks import CARRIERS, READERS, MaskOperations, makes_mask, mask_makers, masked_identity
from migrate.dialects.packaged import declare_function
from migrate.dialects.rule import Era
from migrate.dialects.shapes import Shape, infer_shapes
from migrate.findings import Fix, Rule, Severity
from migrate.formats.stock import is_stock_class

_PACKAGE, _PREFIX = "keras-bert", "keras_bert"
_TABLE = frozenset({"input_dim", "output_dim", "mask_zero", "embeddings_initializer"})
_ENDS = frozenset({"Extract", "MaskedGlobalMaxPool1D", "Masked"})
"""Classes of the family whose output has no mask, or one that only an output of the model may have."""
_QUERY_KEY_VALUE = 3
_BY_ERA = frozenset({"Bidirectional", "TimeDistributed"})
"""Wrappers that did otherwise with a mask before tf.keras, for which rules follow the masks of stock layers alone."""

Makers = Mapping[TensorRef, TensorRef]
"""Tensor to the call of an Embedding or Masking layer whose mask it carries."""


def _named(*roles: str) -> Callable[[Layer], tuple[str, ...]]:
    """Roles that the package names after the layer, biases only where the layer has them."""

    def of(layer: Layer) -> tuple[str, ...]:
        kept = roles if layer.config.get("use_bias", True) else [r for r in roles if not r.startswith("b")]
        return tuple(f"{layer.name}_{role}" for role in kept)

    return of


def _scaled(layer: Layer) -> tuple[str, ...]:
    return tuple(
        role for role, has in (("gamma", "scale"), ("beta", "center")) if layer.config.get(has, True)
    )


def _bias(layer: Layer) -> tuple[str, ...]:
    return ("bias",) if layer.config.get("use_bias", True) else ()


def _embedded(layer: Layer, inputs: Sequence[Shape]) -> Shape | None:
    return (*inputs[0], int(layer.config["output_dim"]))


def _placed(layer: Layer, inputs: Sequence[Shape]) -> Shape | None:
    size = layer.config.get("output_dim")
    if layer.config.get("mode") == "add" or size is None:
        return inputs[0]
    if layer.config.get("mode") == "expand":
        return (*inputs[0], int(size))
    return (*inputs[0][:-1], inputs[0][-1] + int(size)) if inputs[0][-1] is not None else None


def _foreign(
    name: str,
    keys: frozenset[str],
    roles: Callable[[Layer], tuple[str, ...]] = lambda layer: (),
    shape: Callable[[Layer, Sequence[Shape]], Shape | None] = unchanged,
    *,
    lacks: frozenset[str] = frozenset(),
    peculiar: bool = True,
) -> Foreign:
    return Foreign(
        _PACKAGE, _PREFIX, name, frozenset(), keys, roles, None, shape, peculiar, nested=False, lacks=lacks
    )


@model_adapter(
    Rule(
        "ECO200",
        "keras-bert-transformer",
        "A BERT of keras-bert becomes stock layers with attention as operations.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "MultiHeadAttention", "config": {"head_num": 12, "history_only": false, …}}',
        after="Dense layers for query, key, value and output, and the attention as operations",
        why="The packages' classes have names that Keras later used with other arguments. 10000 is subtracted from "
        "scores of padding before the softmax, as the packages do since keras-self-attention 0.44; older releases "
        "set the weights of padding to 0, which is the same except for rows that are entirely padding. The mask is "
        "computed from the ids; it no longer masks the loss, which affects only training. The table of an embedding "
        "stays shared with the layer that compares with it. Decoders, which look at their own past, are refused. "
        "`gelu` is Keras' own in keras-bert 0.10 to 0.82 (except 0.73) and the tanh form in all others, and no file "
        "stores its release: `--stock-names gelu` selects the first.",
        references=("https://github.com/CyberZHG/keras-bert",),
    ),
    _foreign("TokenEmbedding", _TABLE, lambda layer: ("embeddings",), _embedded, peculiar=False),
    _foreign("EmbeddingRet", _TABLE, lambda layer: ("embeddings",), _embedded),
    _foreign("EmbeddingSimilarity", frozenset({"initializer", "regularizer", "constraint"}), _bias),
    _foreign("EmbeddingSim", frozenset({"initializer", "regularizer", "constraint"}), _bias),
    _foreign("PositionEmbedding", _TABLE | {"mode"}, lambda layer: ("embeddings",), _placed),
    _foreign("TrigPosEmbedding", frozenset({"mode", "output_dim"}), shape=_placed),
    _foreign(
        "MultiHeadAttention",
        frozenset({"head_num", "history_only", "activation"}),
        _named("Wq", "bq", "Wk", "bk", "Wv", "bv", "Wo", "bo"),
    ),
    _foreign(
        "FeedForward",
        frozenset({"units", "activation", "use_bias", "bias_initializer", "kernel_regularizer"}),
        _named("W1", "b1", "W2", "b2"),
        peculiar=False,
    ),
    _foreign(
        "LayerNormalization",
        frozenset({"center", "scale", "epsilon", "gamma_regularizer", "beta_constraint"}),
        _scaled,
        lacks=frozenset({"axis", "conditional"}),
        peculiar=False,
    ),
    _foreign("ScaledDotProductAttention", frozenset({"return_attention", "history_only"})),
    _foreign("Masked", frozenset({"return_masked"})),
    _foreign(
        "Extract", frozenset({"index"}), shape=lambda la, given: (given[0][0], *given[0][2:]), peculiar=False
    ),
    _foreign("TaskEmbedding", _TABLE, lambda layer: ("embeddings",), peculiar=False),
    _foreign(
        "MaskedGlobalMaxPool1D",
        frozenset({"name"}),
        shape=lambda la, given: (given[0][0], given[0][-1]),
        peculiar=False,
    ),
)
def transformer(model: Model, era: Era) -> Model:
    """The model with stock layers and operations in place of the packages'.

    Raises:
        MigrationError: ``ECO090`` for variants without an authentic case, and where a mask reaches a class of which
            it is not known what it does with one.
    """
    if not any(layer.class_name in FAMILY for layer in model.layers):
        return model
    model = to_functional(model)
    model = replace(model, layers=tuple(map(_with_known_activation, model.layers)))
    makers = _masks(model, era)
    model = _with_tables(model)
    model = _with_mask_tensors(model, makers)
    shapes = infer_shapes(model)
    return expand_graphs(model, FAMILY, lambda layer: parts_of(layer, shapes))


declare_function(
    "gelu",
    frozenset({"MultiHeadAttention", "TokenEmbedding"}),
    "keras-bert 0.10 to 0.82 (except 0.73) used Keras' own, and all others the tanh form; the file does not record "
    "the release",
)
declare_function("gelu_tensorflow", frozenset({"MultiHeadAttention", "TokenEmbedding"}))


def _with_known_activation(layer: Layer) -> Layer:
    """``gelu_tensorflow`` of keras-bert up to 0.72 is the exact form."""
    return (
        layer.with_config(activation="gelu") if layer.config.get("activation") == "gelu_tensorflow" else layer
    )


def _short(layer: Layer) -> str:
    return layer.class_name.removeprefix(f"{_PREFIX}>")


def _masks(model: Model, era: Era) -> dict[TensorRef, TensorRef]:
    """Every tensor that carries a mask, and the call that made it.

    Raises:
        MigrationError: ``ECO090`` where two masks meet, and where one reaches a class that is not known.
    """
    found: dict[TensorRef, TensorRef] = {}
    for layer in model.layers:
        for call in range(len(layer.nodes)):
            made = TensorRef(layer.name, call)
            ours = layer.class_name in EMBEDDINGS and layer.config.get("mask_zero")
            if ours or (layer.class_name in ("Embedding", "Masking") and makes_mask(layer)):
                found[made] = made
    grown = True
    while grown:
        grown = False
        for layer in model.layers:
            for call, node in enumerate(layer.nodes):
                made = TensorRef(layer.name, call)
                given = [found[ref] for ref in structure_refs(node.args) if ref in found]
                if made in found or not given or not _hands_on(layer, node, found, era):
                    continue
                found[made] = given[0]
                grown = True
    return found


def _hands_on(layer: Layer, node: Node, found: Makers, era: Era) -> bool:
    """Whether the output of a call that is given masks has the one mask of its first input, or of all that have one."""
    refs = list(structure_refs(node.args))
    if layer.class_name in FAMILY:
        return _short(layer) not in _ENDS and refs[0] in found
    if layer.class_name in CARRIERS:
        if len({found[ref] for ref in refs if ref in found}) > 1:
            raise refusal(layer, "two masks meet in it")
        if layer.class_name in _BY_ERA and not era.tf_keras:
            raise refusal(layer, "a mask reaches it, which Keras before tf.keras used differently in it")
        inner = layer.children.get("forward_layer", layer)
        return inner.class_name not in READERS or bool(inner.config.get("return_sequences"))
    if layer.model is not None or not (
        is_stock_class(layer.class_name) or layer.class_name.endswith("Lambda")
    ):
        raise refusal(layer, "the mask of a model of keras-bert reaches it")
    return False


def _with_tables(model: Model) -> Model:
    """Embeddings of the family as stock ones; one more call, on all ids, gives the table where something takes it."""
    used = {ref for la in model.layers for node in la.nodes for ref in node.refs()}
    wanted = {ref.layer for ref in (*used, *structure_refs(model.outputs)) if ref.tensor}
    layers: list[Layer] = []
    calls: dict[str, int] = {}
    for layer in model.layers:
        if layer.class_name not in EMBEDDINGS:
            layers.append(layer)
            continue
        if not layer.weights:
            raise refusal(layer, "the file contains no weights for it")
        nodes = layer.nodes
        if layer.name in wanted:
            operations = MaskOperations(model, layer.name)
            ids = _all_ids(
                operations, next(iter(structure_refs(nodes[0].args))), int(layer.config["input_dim"])
            )
            layers += operations.parts
            calls[layer.name] = len(nodes)
            nodes = (*nodes, Node((ids,)))
        layers.append(replace(layer.with_config(mask_zero=False), class_name="Embedding", nodes=nodes))
    done = replace(model, layers=tuple(layers))
    return rewire(
        done, lambda ref: TensorRef(ref.layer, calls[ref.layer]) if ref.tensor and ref.layer in calls else ref
    )


def _all_ids(operations: MaskOperations, source: TensorRef, count: int) -> TensorRef:
    """The ids 0 to ``count - 1``, made of a tensor whose numbers do not matter."""
    nothing = operations.add("nothing", "math.reduce_max", operations.add("zeros", "zeros_like", source))
    line = operations.add("line", "expand_dims", nothing, axis=0)
    ones = operations.add("ones", "tile", operations.add("one", "math.add", line, y=1), multiples=[count])
    counted = operations.add("counted", "math.cumsum", ones, axis=0)
    return operations.add(
        "ids", "cast", operations.add("from_0", "math.subtract", counted, y=1), dtype="int32"
    )


def _with_mask_tensors(model: Model, makers: Makers) -> Model:
    """The model in which each mask is a tensor: an input of what uses it, and given to stock layers that read it."""
    operations = MaskOperations(model, "padding")
    tensors: dict[TensorRef, TensorRef] = {}
    layers: list[Layer] = []
    shapes = infer_shapes(model)

    def mask_of(ref: TensorRef) -> TensorRef:
        maker = makers[ref]
        if maker not in tensors:
            tensors[maker] = operations.mask(frozenset({maker}))
        return tensors[maker]

    def identity(ref: TensorRef, name: str) -> TensorRef:
        made = masked_identity(operations.fresh(name), ref, (shapes.get(ref) or (None,))[-1], mask_of(ref))
        operations.parts.append(made)
        return TensorRef(made.name)

    for layer in model.layers:
        nodes = list(layer.nodes)
        for call, node in enumerate(nodes):
            refs = list(structure_refs(node.args))
            # Of query, key and value, the mask of the key counts.
            deciding = refs[1:2] if len(refs) == _QUERY_KEY_VALUE else refs[:1]
            if _short(layer) in USES and deciding and deciding[0] in makers:
                nodes[call] = Node(([*refs, mask_of(deciding[0])],), node.kwargs)
            elif layer.class_name in READERS:
                # A mask that comes by stock layers alone still does.
                lost = [ref for ref in refs if ref in makers and not mask_makers(model, ref)]
                again = {ref: identity(ref, layer.name) for ref in dict.fromkeys(lost)}
                nodes[call] = Node(map_structure(node.args, partial(_replaced, again)), node.kwargs)
        layers += [*operations.parts, replace(layer, nodes=tuple(nodes))]
        operations.parts.clear()
    return replace(model, layers=tuple(layers))


def _replaced(new: Mapping[TensorRef, TensorRef], ref: TensorRef) -> TensorRef:
    return new.get(ref, ref)
