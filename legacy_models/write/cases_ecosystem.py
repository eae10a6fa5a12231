"""Layers of packages around Keras, written by the packages themselves."""

import numpy as np

from casebook import case, special

ADDONS = "tf.keras-2.15"


@case(
    "tf.keras-2.15 tf.keras-2.15/keras",
    "Instance, group and spectral normalization of TensorFlow Addons around convolutions.",
    "tensorflow_addons normalization wrapper",
    activations=False,
)
def addons_normalization(kit):
    import tensorflow_addons as tfa

    L = kit.layers
    inputs = kit.Input((8, 8, 3))
    x = L.Conv2D(4, 3)(inputs)
    x = tfa.layers.InstanceNormalization(epsilon=1e-2)(x)
    x = tfa.layers.SpectralNormalization(L.Conv2D(4, 3, activation="relu"), power_iterations=2)(x)
    x = tfa.layers.GroupNormalization(groups=2, scale=False)(x)
    return kit.functional(inputs, L.Flatten()(x))


@case(
    ADDONS,
    "Weight normalization of TensorFlow Addons, initialised by the first batch and not, around Conv1D, GRU and Dense.",
    "tensorflow_addons wrapper recurrent",
    activations=False,
    draw=False,
)
def addons_weight_normalization(kit):
    import tensorflow_addons as tfa

    L = kit.layers
    wrap = tfa.layers.WeightNormalization
    inputs = kit.Input((6, 3))
    x = wrap(L.Conv1D(4, 3, activation="tanh"))(inputs)
    x = wrap(L.GRU(3, return_sequences=True), data_init=False)(x)
    model = kit.functional(inputs, wrap(L.Dense(2))(L.Flatten()(x)))
    rng = kit.rng("addons_weight_normalization", "weights")
    model(rng.normal(size=(8, 6, 3)).astype("float32"))  # the first batch initialises the lengths
    for variable in model.weights:
        if variable.dtype.is_floating:
            variable.assign(rng.normal(0.0, 0.5, size=variable.shape))
    return model


@case(
    ADDONS,
    "StochasticDepth, adaptive pooling and Maxout of TensorFlow Addons, channels last and first.",
    "tensorflow_addons pooling merge",
    activations=False,
)
def addons_layers(kit):
    import tensorflow_addons as tfa

    L = kit.layers
    inputs = kit.Input((8, 12, 4))
    x = tfa.layers.StochasticDepth(0.7)([inputs, L.Conv2D(4, 3, padding="same")(inputs)])
    mean = tfa.layers.AdaptiveAveragePooling2D((4, 3))(x)
    high = tfa.layers.AdaptiveMaxPooling2D((2, 2))(x)
    line = tfa.layers.AdaptiveMaxPooling1D(4)(L.Reshape((8, 48))(x))
    mean = tfa.layers.Maxout(2)(mean)
    rows = tfa.layers.Maxout(4, axis=1)(line)
    return kit.functional(inputs, [mean, high, rows])


@case(
    ADDONS,
    "Pruning wrappers of TensorFlow Model Optimization that were left in the model.",
    "tfmot wrapper sparsity",
    activations=False,
    draw=False,
)
def tfmot_pruned(kit):
    from tensorflow_model_optimization.sparsity import keras as sparsity

    L = kit.layers
    inputs = kit.Input((8, 8, 2))
    x = L.Conv2D(4, 3, activation="relu")(inputs)
    x = L.SeparableConv2D(4, 2)(L.BatchNormalization()(x))
    x = L.Dropout(0.2)(L.Flatten()(x))
    plain = kit.functional(inputs, L.Dense(3)(x))
    schedule = sparsity.ConstantSparsity(0.5, begin_step=0, frequency=1)
    model = sparsity.prune_low_magnitude(plain, pruning_schedule=schedule)
    rng = kit.rng("tfmot_pruned", "weights")
    for variable in model.weights:
        if "mask" in variable.name:
            variable.assign((rng.uniform(size=variable.shape) < 0.5).astype("float32"))
        elif variable.dtype.is_floating and "threshold" not in variable.name:
            variable.assign(rng.uniform(0.2, 1.2, size=variable.shape))
    return model


@case(
    ADDONS,
    "Clustering wrappers of TensorFlow Model Optimization that were left in the model.",
    "tfmot wrapper clustering",
    activations=False,
)
def tfmot_clustered(kit):
    from tensorflow_model_optimization.clustering import keras as clustering

    L = kit.layers
    inputs = kit.Input((8, 8, 2))
    x = L.Flatten()(L.Conv2D(4, 3, activation="relu")(inputs))
    plain = kit.functional(inputs, L.Dense(3)(x))
    start = clustering.CentroidInitialization.LINEAR
    return clustering.cluster_weights(plain, number_of_clusters=5, cluster_centroids_init=start)


@case(
    ADDONS + " " + ADDONS + "/keras",
    "A model quantised by TensorFlow Model Optimization: per channel and per tensor, before activations and after them.",
    "tfmot wrapper quantisation",
    activations=False,
    draw=False,
)
def tfmot_quantised(kit):
    # The package asks TensorFlow for tf_keras from its import on; what was loaded before stays as it is.
    _ = kit.tf.compat.v1.keras.layers, kit.tf.compat.v2.keras.layers
    from tensorflow_model_optimization.quantization.keras import quantize_model

    L = kit.layers
    inputs = kit.Input((8, 8, 2))
    x = L.Conv2D(4, 3, padding="same", use_bias=False)(inputs)
    x = L.ReLU()(L.BatchNormalization()(x))
    y = L.DepthwiseConv2D(3, padding="same", activation="relu")(x)
    x = L.Conv2DTranspose(3, 2)(L.Add()([x, y]))
    x = L.MaxPooling2D()(x)
    x = L.Dense(4, activation="tanh")(L.Flatten()(x))
    model = quantize_model(kit.functional(inputs, L.Dense(3, activation="softmax")(x)))
    rng = kit.rng("tfmot_quantised", "weights")
    for variable in model.weights:
        if variable.name.endswith("_min:0"):
            variable.assign(rng.uniform(-3.0, -0.4, size=variable.shape))
        elif variable.name.endswith("_max:0"):
            variable.assign(rng.uniform(0.4, 3.0, size=variable.shape))
        elif variable.dtype.is_floating:
            low = 0.3 if "variance" in variable.name or "gamma" in variable.name else -0.5
            variable.assign(rng.uniform(low, 0.5, size=variable.shape))
    return model


@case(
    ADDONS,
    "Cross layers of TensorFlow Recommenders: full, projected, with a diagonal, of one input and of two.",
    "tensorflow_recommenders",
    activations=False,
)
def tfrs_cross(kit):
    import tensorflow_recommenders as tfrs

    Cross = tfrs.layers.dcn.Cross
    inputs = kit.Input((6,))
    x = Cross(preactivation="tanh")(inputs)
    x = Cross(projection_dim=2, diag_scale=0.5)(inputs, x)
    x = Cross(use_bias=False)(x)
    return kit.functional(inputs, kit.layers.Dense(1)(x))


def _graph(rng):
    """Nodes with features, and edges of undirected graphs without loops."""
    edges = np.triu((rng.uniform(size=(3, 5, 5)) < 0.4).astype("float32"), 1)
    return [rng.normal(size=(3, 5, 3)).astype("float32"), edges + edges.transpose(0, 2, 1)]


@case(
    ADDONS,
    "Graph attention of Spektral in batch mode, with heads side by side and averaged, and sums over the nodes.",
    "spektral graph_network attention",
    inputs=_graph,
    activations=False,
)
def spektral_attention(kit):
    from spektral.layers import GATConv, GlobalSumPool

    nodes, edges = kit.Input((5, 3)), kit.Input((5, 5))
    x = GATConv(4, attn_heads=2, activation="elu")([nodes, edges])
    x = GATConv(3, attn_heads=2, concat_heads=False, use_bias=False)([x, edges])
    return kit.functional([nodes, edges], kit.layers.Dense(2)(GlobalSumPool()(x)))


@case(
    "keras-2.2.4",
    "Batch normalization of keras-resnet with `freeze`, and the dropout of efficientnet with a noise shape.",
    "keras_resnet efficientnet freeze",
    activations=False,
)
def frozen_normalization(kit):
    from keras_resnet.layers import BatchNormalization

    from efficientnet.model import get_dropout

    FixedDropout = get_dropout(backend=kit.K, layers=kit.layers, models=kit.models, utils=kit.keras.utils)
    L = kit.layers
    inputs = kit.Input((6, 6, 3))
    x = BatchNormalization(freeze=True, axis=3)(L.Conv2D(4, 3)(inputs))
    x = FixedDropout(0.3, noise_shape=(None, 1, 1, 1))(x)
    x = BatchNormalization(freeze=False)(L.Conv2D(4, 2)(x))
    return kit.functional(inputs, L.Flatten()(x))


def _padded_ids(rng):
    """Ids of words, padded behind, one row full and one of a single word."""
    ids = rng.randint(1, 12, size=(4, 6))
    for row, length in enumerate((6, 4, 1, 3)):
        ids[row, length:] = 0
    return [ids.astype("int32")]


@case(
    ADDONS + " " + ADDONS + "/keras",
    "Conditional random fields of TensorFlow Addons over padded words: of words, and of scores without kernel or boundary.",
    "tensorflow_addons sequence mask piece",
    inputs=_padded_ids,
    activations=False,
)
def addons_crf(kit):
    import tensorflow_addons as tfa

    L = kit.layers
    inputs = kit.Input((None,), dtype="int32")
    x = L.Embedding(12, 4, mask_zero=True)(inputs)
    tags, scores, lengths, _ = tfa.layers.CRF(3)(L.Dense(5, activation="tanh")(x))
    plain, _, _, _ = tfa.layers.CRF(5, use_boundary=False, use_kernel=False)(L.Dense(5)(x))
    return kit.functional(inputs, [tags, scores, lengths, plain])


HANDLE = "https://tfhub.dev/example/embed/2"


@special(
    ADDONS,
    "hub.KerasLayer over a module whose trained variables are in the file; the module is in `module`.",
    "tensorflow_hub",
)
def hub_layer(kit, folder):
    import os

    import tensorflow_hub as hub

    from record import draw_weights, numbered, run, write_npz

    tf = kit.tf
    module = tf.train.Checkpoint(
        kernel=tf.Variable(tf.ones((5, 4)), name="kernel"),
        scale=tf.Variable(tf.ones((4,)), name="scale", trainable=False),
    )

    @tf.function(input_signature=[tf.TensorSpec([None, 5], tf.float32)])
    def call(x):
        return tf.nn.tanh(tf.matmul(x, module.kernel)) * module.scale

    module.__call__ = call
    module.variables = [module.kernel, module.scale]
    module.trainable_variables = [module.kernel]
    path = os.path.join(folder, "module")
    tf.saved_model.save(module, path)
    layer = hub.KerasLayer(path, trainable=True, input_shape=(5,))
    model = kit.keras.Sequential([layer, kit.layers.Dense(2)])
    draw_weights(kit, model, kit.rng("hub_layer", "weights"))
    layer._handle = HANDLE  # as if it had been downloaded
    model.save(os.path.join(folder, "model.h5"))
    inputs = [kit.rng("hub_layer", "inputs").normal(size=(3, 5)).astype("float32")]
    arrays = {**numbered("inputs", inputs), **numbered("outputs", run(kit, model, inputs))}
    write_npz(os.path.join(folder, "model.golden.npz"), arrays)
    files = {"artifact": "model.h5", "golden": "model.golden.npz", "module": "module"}
    return {**files, "kind": "h5", "expect": {"status": "blocked", "reason": "ECO091"}}


@case(
    "keras-2.2.4",
    "Instance normalization of keras-contrib: over all axes, by channel, and without scale.",
    "keras_contrib normalization",
    activations=False,
)
def contrib_normalization(kit):
    from keras_contrib.layers import InstanceNormalization

    L = kit.layers
    inputs = kit.Input((8, 8, 3))
    x = InstanceNormalization(axis=-1, epsilon=1e-2)(L.Conv2D(4, 3)(inputs))
    x = InstanceNormalization()(L.Conv2D(4, 3)(x))
    x = InstanceNormalization(axis=3, scale=False, center=False)(x)
    return kit.functional(inputs, L.Flatten()(x))


def _ids_and_segments(rng):
    """Padded ids of words, and which sentence each is of."""
    return [_padded_ids(rng)[0].astype("float32"), rng.randint(2, size=(4, 6)).astype("float32")]


@case(
    "keras-2.2.4",
    "A BERT of bert4keras with its pooler, over padded words.",
    "bert4keras attention sequence mask lambda",
    inputs=_ids_and_segments,
    activations=False,
)
def bert4keras_bert(kit):
    import json
    import os
    import tempfile

    from bert4keras.models import build_transformer_model

    settings = {
        "vocab_size": 12,
        "hidden_size": 8,
        "num_attention_heads": 2,
        "num_hidden_layers": 1,
        "intermediate_size": 12,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "initializer_range": 0.5,
        "max_position_embeddings": 9,
        "type_vocab_size": 2,
    }
    path = os.path.join(tempfile.mkdtemp(), "bert_config.json")
    with open(path, "w") as handle:
        json.dump(settings, handle)
    return build_transformer_model(path, with_pool=True)
