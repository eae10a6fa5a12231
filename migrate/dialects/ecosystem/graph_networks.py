"""Spektral (``spektral/layers`` of 1.3): attention over the edges of graphs in batch mode, and pooling over nodes."""

from __future__ import annotations

from migrate.capsule.model import Layer, TensorRef
from migrate.dialects.foreign import Around, Foreign, graph_adapter, refusal
from migrate.dialects.graph_rewrites import Fragment
from migrate.findings import Fix, Rule, Severity

PACKAGE = "Spektral"
_POOLS = {
    "GlobalSumPool": "math.reduce_sum",
    "GlobalAvgPool": "math.reduce_mean",
    "GlobalMaxPool": "math.reduce_max",
}
_NO_EDGE = -10e9
_SLOPE = 0.2


def _roles(layer: Layer) -> tuple[str, ...]:
    roles = ("kernel", "attn_kernel_self", "attn_kernel_neigh")
    return (*roles, "bias") if layer.config.get("use_bias", True) else roles


@graph_adapter(
    Rule(
        "ECO150",
        "spektral-global-pooling",
        "Global pooling of Spektral reduces over the nodes.",
        Severity.ERROR,
        before='{"class_name": "GlobalSumPool", "config": {"name": "global_sum_pool"}}',
        after="the sum over the nodes, as an operation",
        why="In batch mode, the nodes are on the second last axis.",
        references=("https://github.com/danielegrattarola/spektral",),
    ),
    *(Foreign(PACKAGE, "spektral", name, keys=frozenset({"name"}), peculiar=False) for name in _POOLS),
)
def global_pool(layer: Layer, around: Around) -> Fragment:
    """The reduction, over the axis of the nodes.

    Raises:
        MigrationError: ``ECO090`` in disjoint mode, where a second input says which graph a node is of.
    """
    first = layer.nodes[0].args[0] if layer.nodes else None
    if isinstance(first, list | tuple) and len(first) > 1:
        raise refusal(layer, "it pools graphs of several sizes (disjoint mode)")
    fragment = Fragment(layer)
    function = _POOLS[layer.class_name.rpartition(">")[2]]
    fragment.operation("pooled", function, fragment.input(), axis=-2)
    return fragment


@graph_adapter(
    Rule(
        "ECO151",
        "spektral-graph-attention",
        "GATConv of Spektral is attention over the edges of a graph.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "GATConv", "config": {"channels": 4, "attn_heads": 2, …}}, called with nodes and edges',
        after="EinsumDense layers for kernel and attention, and operations between them",
        why="Scores of a node and its neighbours are summed, masked where there is no edge, and used to weight the "
        "neighbours. Dropout of the scores, which acts only in training, is kept. Self-loops are added, as the "
        "package's own `load_model` adds them: it does not store `add_self_loops=False`. So `--stock-names GATConv`, "
        "or a recording, has to confirm that the model was built without that.",
        references=("https://github.com/danielegrattarola/spektral",),
    ),
    Foreign(
        PACKAGE,
        "spektral",
        "GATConv",
        keys=frozenset(
            {"channels", "attn_heads", "concat_heads", "return_attn_coef", "attn_kernel_initializer"}
        ),
        roles=_roles,
        doubt="the package does not store its `add_self_loops`: the file is right only for a model that was built "
        "without add_self_loops=False",
    ),
)
def graph_attention(layer: Layer, around: Around) -> Fragment:
    """The dense form (``_call_dense``).

    Raises:
        MigrationError: ``ECO090`` for single mode, for scores as an output, and without shapes or weights.
    """
    config, weights = layer.config, layer.weights
    nodes, edges = around(0), around(1)
    if config.get("return_attn_coef"):
        raise refusal(layer, "it returns its attention scores as well")
    if not weights:
        raise refusal(layer, "there are no weights from which to read its sizes")
    if edges is None or len(edges) != 3 or edges[1] is None or (nodes is not None and len(nodes) != 3):
        raise refusal(layer, "it needs a known number of edges, in batch mode")
    heads, channels = int(config["attn_heads"]), int(config["channels"])
    fragment = Fragment(layer)
    x, a = fragment.input(0), fragment.input(1)

    def einsum(
        suffix: str, equation: str, shape: list[int | None], source: TensorRef, role: str
    ) -> TensorRef:
        settings = {"equation": equation, "output_shape": shape, "bias_axes": None, "activation": "linear"}
        return fragment.add("EinsumDense", suffix, source, settings, {"kernel": weights[role]})

    size = edges[1]
    features = einsum("features", "bni,iho->bnho", [None, heads, channels], x, "kernel")
    own = einsum("own", "bnhi,iho->bnho", [None, heads, 1], features, "attn_kernel_self")
    other = einsum("other", "bnhi,iho->bnho", [None, heads, 1], features, "attn_kernel_neigh")
    across = fragment.add("Permute", "across", other, {"dims": [3, 2, 1]})
    scores = fragment.add("Add", "scores", [own, across])
    scores = fragment.add("LeakyReLU", "slope", scores, {"alpha": _SLOPE})
    # Where there is no edge, and not on the diagonal, where the layer puts one.
    bars = [[0.0 if row == column else _NO_EDGE for column in range(size)] for row in range(size)]
    missing = fragment.operation("missing", "math.equal", a, y=0.0)
    missing = fragment.operation("as_number", "cast", missing, dtype="float32")
    barred = fragment.add("Rescaling", "barred", missing, {"scale": bars, "offset": 0.0})
    barred = fragment.add("Reshape", "by_head", barred, {"target_shape": [size, 1, size]})
    scores = fragment.add("Add", "masked", [scores, barred])
    shares = fragment.add("Softmax", "shares", scores, {"axis": -1})
    rate = {"rate": float(config.get("dropout_rate") or 0.0)}
    shares = fragment.add("Dropout", "dropout", shares, rate)
    by_head = fragment.add("Permute", "shares_by_head", shares, {"dims": [2, 1, 3]})
    values = fragment.add("Permute", "values_by_head", features, {"dims": [2, 1, 3]})
    output = fragment.operation("gathered", "linalg.matmul", by_head, b=values)
    output = fragment.add("Permute", "by_node", output, {"dims": [2, 1, 3]})
    if config.get("concat_heads", True):
        output = fragment.add("Reshape", "heads", output, {"target_shape": [size, heads * channels]})
    else:
        output = fragment.operation("heads", "math.reduce_mean", output, axis=-2)
    offset = weights["bias"].tolist() if "bias" in weights else 0.0
    output = fragment.add("Rescaling", "biased", output, {"scale": 1.0, "offset": offset})
    fragment.add("Activation", "activated", output, {"activation": config.get("activation") or "linear"})
    return fragment
