"""Layers of packages for graphs, pairs of features, few bits and rare layers of Addons, written by the packages."""

from casebook import case
from cases_ecosystem import _graph

TF = "tf.keras-2.15"


@case(
    TF,
    "NoisyDense, Sparsemax, EmbeddingBag and pyramid pooling of TensorFlow Addons.",
    "tensorflow_addons pooling embedding",
    inputs=lambda rng: [
        rng.normal(size=(3, 5, 4, 2)).astype("float32"),
        rng.randint(6, size=(3, 4)).astype("int32"),
        rng.normal(size=(3, 4)).astype("float32"),
    ],
    activations=False,
)
def addons_rest(kit):
    import tensorflow_addons as tfa

    A = tfa.layers
    image, ids, weights = kit.Input((5, 4, 2)), kit.Input((4,), dtype="int32"), kit.Input((4,))
    rows = A.Sparsemax(axis=1)(A.SpatialPyramidPooling2D([1, [2, 3]])(image))
    bag = A.EmbeddingBag(6, 2)(ids, weights)
    noisy = A.NoisyDense(2, activation="tanh")(bag)
    return kit.functional([image, ids, weights], [rows, noisy, A.EmbeddingBag(6, 2, combiner="mean")(ids)])


@case(
    TF,
    "Products of pairs of features of TensorFlow Recommenders, with themselves and without, as rows and as a matrix.",
    "tensorflow_recommenders",
    activations=False,
)
def tfrs_pairs(kit):
    from tensorflow_recommenders.layers.feature_interaction import DotInteraction

    inputs = [kit.Input((3,)) for _ in range(3)]
    pairs, squares = DotInteraction()(inputs), DotInteraction(self_interaction=True)(inputs)
    matrix = DotInteraction(self_interaction=True, skip_gather=True)(inputs[:2])
    return kit.functional(inputs, [pairs, squares, matrix])


@case(
    TF,
    "Graph convolutions and pools with attention of Spektral in batch mode.",
    "spektral graph_network",
    inputs=_graph,
    activations=False,
)
def spektral_convolutions(kit):
    from spektral import layers

    nodes, edges = kit.Input((5, 3)), kit.Input((5, 5))
    x = layers.GCNConv(3, activation="relu")([nodes, edges])
    x = layers.GCSConv(2, activation="tanh")([layers.ChebConv(3, K=3)([x, edges]), edges])
    return kit.functional([nodes, edges], [layers.GlobalAttentionPool(2)(x), layers.GlobalAttnSumPool()(x)])


@case(
    TF,
    "Layers of HGQ with bits for each number: dense, convolution, activation, sum and what hands bits on.",
    "hgq quantisation",
    activations=False,
    draw=False,
)
def hgq_layers(kit):
    from HGQ import layers

    inputs = kit.Input((5, 4))
    x = layers.HQuantize()(inputs)
    x = layers.HAdd()([x, layers.HConv1D(4, 3, padding="same", activation="relu")(x)])
    x = layers.HActivation("tanh")(layers.PFlatten()(x))
    model = kit.functional(inputs, layers.HDense(2)(x))
    rng = kit.rng("hgq_layers", "weights")
    for variable in model.weights:
        low, high = (1.0, 5.0) if variable.name.endswith("_bw:0") else (-1.0, 1.0)
        if "bops" not in variable.name and "beta" not in variable.name:
            variable.assign(rng.uniform(low, high, size=variable.shape))
    return model
