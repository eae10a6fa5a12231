"""keras-self-attention (``keras_self_attention`` of 0.30 to 0.51): attention of a sequence to itself.

What its releases do with a mask and with a width differs: up to 0.45 the weights of padding are set to 0, from 0.46 on
10000 is taken from the scores of pairs of padding alone; a width is ignored by 0.46 to 0.48. No file says its release.
"""

from __future__ import annotations

from migrate.capsule.model import Array, Layer, Model, TensorRef, structure_refs
from migrate.dialects.foreign import Foreign, model_adapter, refusal, unchanged
from migrate.dialects.graph_rewrites import Fragment, expand_graphs, rewire, to_functional
from migrate.dialects.masks import may_have_mask
from migrate.dialects.rule import Era
from migrate.findings import Fix, Rule, Severity

_PACKAGE, _PREFIX = "keras-self-attention", "keras_self_attention"
_TO_ITSELF, _INTO_ONE = f"{_PREFIX}>SeqSelfAttention", f"{_PREFIX}>SeqWeightedAttention"
_OURS = frozenset({_TO_ITSELF, _INTO_ONE})
_EPSILON = 1e-7
"""``K.epsilon()``, which no project changes in practice and no file holds."""


def _of_self(layer: Layer) -> tuple[str, ...]:
    last = ("Wa", "ba") if layer.config.get("use_attention_bias", True) else ("Wa",)
    if layer.config.get("attention_type") == "multiplicative":
        return tuple(f"{layer.name}_Mul_{role}" for role in last)
    first = ("Wt", "Wx", "bh") if layer.config.get("use_additive_bias", True) else ("Wt", "Wx")
    return tuple(f"{layer.name}_Add_{role}" for role in (*first, *last))


def _of_weighted(layer: Layer) -> tuple[str, ...]:
    return tuple(
        f"{layer.name}_{role}" for role in (("W", "b") if layer.config.get("use_bias", True) else ("W",))
    )


@model_adapter(
    Rule(
        "ECO170",
        "sequence-self-attention",
        "Attention of keras-self-attention becomes Dense layers, and operations for scores, weights and sums.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "SeqSelfAttention", "config": {"units": 32, "attention_type": "additive", …}}',
        after="Dense layers for the scores, Softmax, and a product with the sequence",
        why="The layer is small enough to be written out. Its bias of multiplicative scores becomes a constant, and "
        "its regulariser, which acts only in training, is left out. A mask or a width is refused: 0.45 and older, "
        "0.46 to 0.48, and later releases compute three different results, and no file stores the release that "
        "wrote it.",
        references=("https://github.com/CyberZHG/keras-self-attention",),
    ),
    Foreign(
        _PACKAGE,
        _PREFIX,
        "SeqSelfAttention",
        keys=frozenset({"attention_width", "attention_type", "use_additive_bias", "use_attention_bias"}),
        roles=_of_self,
        shape=unchanged,
        nested=False,
    ),
    Foreign(
        _PACKAGE,
        _PREFIX,
        "SeqWeightedAttention",
        keys=frozenset({"use_bias", "return_attention"}),
        roles=_of_weighted,
        shape=lambda layer, inputs: (inputs[0][0], inputs[0][-1]),
        peculiar=False,
        nested=False,
    ),
)
def self_attention(model: Model, era: Era) -> Model:
    """The model with Dense layers and operations.

    Raises:
        MigrationError: ``ECO090`` where a mask or a width decides, and without weights.
    """
    if not any(layer.class_name in _OURS for layer in model.layers):
        return model
    graph = to_functional(model)
    for layer in graph.layers:
        if layer.class_name in _OURS:
            _must_be_plain(graph, layer)
    make = {_TO_ITSELF: _self, _INTO_ONE: _one}
    done = expand_graphs(graph, _OURS, lambda layer: make[layer.class_name](layer))
    second = {
        layer.name: _shares(layer)
        for layer in graph.layers
        if layer.class_name in _OURS and layer.config.get("return_attention")
    }
    return rewire(
        done,
        lambda ref: TensorRef(second[ref.layer], ref.node) if ref.layer in second and ref.tensor else ref,
    )


def _must_be_plain(model: Model, layer: Layer) -> None:
    if not layer.weights:
        raise refusal(layer, "the file contains no weights for it")
    if layer.config.get("attention_width") is not None:
        raise refusal(
            layer,
            "releases before 0.46, 0.46 to 0.48 and later ones interpret attention_width in three ways, and the "
            "file does not say which wrote it",
        )
    sources = [ref for node in layer.nodes for ref in structure_refs(node.args)]
    if any(may_have_mask(model, ref) for ref in sources):
        raise refusal(
            layer,
            "a mask reaches it, which releases before 0.46 and later ones use in two ways, and the file does not say "
            "which wrote it",
        )
    if layer.config.get("return_attention") and any(other.name == _shares(layer) for other in model.layers):
        raise refusal(layer, f"another layer is called {_shares(layer)}")


def _shares(layer: Layer) -> str:
    """The name of the part that gives the weights of the attention."""
    return f"{layer.name}_shares"


def _self(layer: Layer) -> Fragment:
    """Each step looks at all: softmax of the scores, times the sequence."""
    fragment = Fragment(layer)
    x = fragment.input()
    arrays = {role.removeprefix(f"{layer.name}_")[4:]: array for role, array in layer.weights.items()}
    if layer.config.get("attention_type") == "multiplicative":
        rows = _dense(fragment, "rows", x, arrays["Wa"])
        scores = fragment.operation("scores", "linalg.matmul", rows, b=x, transpose_b=True)
        if "ba" in arrays:
            offset = {"scale": 1.0, "offset": float(arrays["ba"][0])}
            scores = fragment.add("Rescaling", "biased", scores, offset)
    else:
        own = _dense(fragment, "own", x, arrays["Wt"])
        other = _dense(fragment, "other", x, arrays["Wx"], arrays.get("bh"))
        own = fragment.operation("column", "expand_dims", own, axis=2)
        other = fragment.operation("row", "expand_dims", other, axis=1)
        pairs = fragment.add(
            "Activation", "bent", fragment.add("Add", "pairs", [own, other]), {"activation": "tanh"}
        )
        scores = _dense(fragment, "weighed", pairs, arrays["Wa"], arrays.get("ba"))
        scores = fragment.operation("scores", "squeeze", scores, axis=[3])
    activation = layer.config.get("attention_activation")
    if activation not in (None, "linear"):
        scores = fragment.add("Activation", "activated", scores, {"activation": activation})
    shares = fragment.add("Softmax", "shares", scores, {"axis": -1})
    fragment.operation("values", "linalg.matmul", shares, b=x)
    return fragment


def _one(layer: Layer) -> Fragment:
    """All steps become one: softmax of one score a step, and the sum of the sequence weighed by it."""
    fragment = Fragment(layer)
    x = fragment.input()
    scores = _dense(
        fragment, "scores", x, layer.weights[f"{layer.name}_W"], layer.weights.get(f"{layer.name}_b")
    )
    scores = fragment.operation("flat", "squeeze", scores, axis=[2])
    # The package divides by the sum of exponentials plus epsilon; the largest exponential is 1.
    highest = fragment.operation("highest", "math.reduce_max", scores, axis=-1, keepdims=True)
    powers = fragment.operation(
        "powers", "math.exp", fragment.operation("below", "math.subtract", scores, y=highest)
    )
    total = fragment.operation("total", "math.reduce_sum", powers, axis=1, keepdims=True)
    total = fragment.operation("guarded", "math.add", total, y=_EPSILON)
    shares = fragment.operation("shares", "math.truediv", powers, y=total)
    weighed = fragment.operation(
        "weighed",
        "math.multiply",
        x,
        y=fragment.operation("wide", "expand_dims", shares, axis=-1),
    )
    fragment.operation("sum", "math.reduce_sum", weighed, axis=1)
    return fragment


def _dense(
    fragment: Fragment, suffix: str, source: TensorRef, kernel: Array, bias: Array | None = None
) -> TensorRef:
    config = {"units": int(kernel.shape[1]), "use_bias": bias is not None, "activation": "linear"}
    weights = {"kernel": kernel} if bias is None else {"kernel": kernel, "bias": bias}
    return fragment.add("Dense", suffix, source, config, weights)
