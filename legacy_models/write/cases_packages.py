"""Layers of smaller packages around Keras, and of detectors, written by the packages themselves."""

import numpy as np

from casebook import case
from cases_ecosystem import _padded_ids

KERAS = "keras-2.2.4"
TF = "tf.keras-2.15"


def _words(rng, masked=False):
    """Padded ids of words and which sentence each is of; and which words are to be guessed."""
    arrays = [_padded_ids(rng)[0], rng.randint(2, size=(4, 6))]
    return [
        array.astype("float32") for array in (*arrays, *([rng.randint(2, size=(4, 6))] if masked else []))
    ]


@case(
    KERAS,
    "A BERT of keras-bert with both heads: words by similarity to its embedding table, and the next sentence.",
    "keras_bert attention sequence mask",
    inputs=lambda rng: _words(rng, masked=True),
    activations=False,
)
def keras_bert_heads(kit):
    from keras_bert import get_model

    sizes = {"token_num": 12, "pos_num": 9, "seq_len": 6, "embed_dim": 8, "feed_forward_dim": 6}
    return get_model(transformer_num=1, head_num=2, use_adapter=True, adapter_units=3, **sizes)


@case(
    TF,
    "Taggers on a BERT of keras-bert under tf.keras: a recurrent layer and a maximum over real words, and a slice.",
    "keras_bert recurrent sequence mask",
    inputs=_words,
    activations=False,
)
def keras_bert_tagger(kit):
    from keras_bert import get_model
    from keras_bert.layers import Extract, MaskedGlobalMaxPool1D
    from keras_pos_embd import PositionEmbedding, TrigPosEmbedding

    L = kit.layers
    sizes = {"token_num": 12, "pos_num": 9, "seq_len": None, "embed_dim": 8, "feed_forward_dim": 6}
    inputs, x = get_model(
        transformer_num=1,
        head_num=2,
        training=False,
        feed_forward_activation="relu",
        attention_activation="tanh",
        **sizes,
    )
    tags = L.Dense(3, activation="softmax")(L.Bidirectional(L.LSTM(3, return_sequences=True))(x))
    first = L.Dense(2, activation="tanh")(Extract(0)(x))
    wide = PositionEmbedding(9, 4, mode=PositionEmbedding.MODE_CONCAT)(TrigPosEmbedding("concat", 4)(x))
    return kit.functional(inputs, [tags, first, MaskedGlobalMaxPool1D()(wide)])


@case(
    KERAS,
    "Conditional random fields of keras-contrib: the best path over padded words and over all words, and marginals.",
    "keras_contrib sequence mask piece",
    inputs=_padded_ids,
    activations=False,
)
def contrib_crf(kit):
    from keras_contrib.layers import CRF

    L = kit.layers
    inputs = kit.Input((6,))
    x = L.Dense(4, activation="tanh")(L.Embedding(12, 4, mask_zero=True)(inputs))
    shares = CRF(3, learn_mode="marginal", activation="tanh")(x)
    path = CRF(3)(x)
    plain = L.Embedding(12, 4)(inputs)
    whole = CRF(3, use_boundary=False)(plain)
    both = CRF(3, learn_mode="marginal", use_bias=False)(plain)
    return kit.functional(inputs, [path, shares, whole, both])


@case(
    KERAS,
    "Self-attention of keras-self-attention: additive, multiplicative, with its weights, and from a sequence to one vector.",
    "keras_self_attention attention",
    activations=False,
)
def self_attention(kit):
    from keras_self_attention import SeqSelfAttention, SeqWeightedAttention

    inputs = kit.Input((None, 3))
    x = SeqSelfAttention(units=3, attention_activation="sigmoid")(inputs)
    x = SeqSelfAttention(attention_type="multiplicative", attention_activation="tanh")(x)
    x = SeqSelfAttention(units=2, use_additive_bias=False, use_attention_bias=False)(x)
    values, shares = SeqSelfAttention(return_attention=True, attention_type="multiplicative")(inputs)
    other, weights = SeqWeightedAttention(use_bias=False, return_attention=True)(inputs)
    return kit.functional(inputs, [SeqWeightedAttention()(x), values, shares, other, weights])


@case(
    KERAS,
    "A small RetinaNet of keras-retinanet before its last filter: pyramid, anchors, regressed and clipped boxes.",
    "keras_retinanet detection",
    inputs=lambda rng: [rng.uniform(0, 1, size=(2, 33, 41, 3)).astype("float32")],
    activations=False,
)
def retinanet_boxes(kit):
    from keras_retinanet import initializers
    from keras_retinanet.layers import Anchors, ClipBoxes, RegressBoxes, UpsampleLike

    L = kit.layers
    inputs = kit.Input((None, None, 3))
    fine = L.Conv2D(4, 3, strides=4, padding="same", activation="relu")(inputs)
    coarse = L.Conv2D(4, 3, strides=2, padding="same", activation="relu")(fine)
    fine = L.Add()([fine, UpsampleLike()([coarse, fine])])
    start = initializers.PriorProbability(probability=0.01)
    head = L.Conv2D(4 * 4, 3, padding="same", kernel_initializer="zeros", bias_initializer=start)
    anchors, boxes = [], []
    for stride, features in ((4, fine), (8, coarse)):
        ratios, scales = np.array([0.5, 2.0]), np.array([1.0, 1.3])
        anchors.append(Anchors(4.0 * stride, stride, ratios, scales)(features))
        boxes.append(L.Reshape((-1, 4))(head(features)))
    anchors, boxes = (L.Concatenate(axis=1)(parts) for parts in (anchors, boxes))
    mean, std = [0.0, 0.1, 0.0, -0.1], [0.2, 0.1, 0.2, 0.3]
    boxes = RegressBoxes(mean=mean, std=std)([anchors, boxes])
    return kit.functional(inputs, [boxes, ClipBoxes()([inputs, boxes])])


@case(
    KERAS,
    "Capsules of keras-contrib with shared and separate weights, two and three rounds of routing.",
    "keras_contrib capsules",
    activations=False,
)
def contrib_capsule(kit):
    from keras_contrib.layers import Capsule

    L = kit.layers
    inputs = kit.Input((5, 4))
    x = Capsule(3, 4, routings=3, activation="relu")(inputs)
    x = Capsule(2, 3, routings=2, share_weights=False, activation="sigmoid")(x)
    return kit.functional(inputs, L.Flatten()(x))


@case(
    TF,
    "Temporal convolutions of keras-tcn: causal and same, with and without skips, normalised by batch and by layer.",
    "keras_tcn convolution",
    activations=False,
)
def tcn(kit):
    from tcn import TCN

    inputs = kit.Input((8, 3))
    x = TCN(4, 2, dilations=(1, 2), use_batch_norm=True, return_sequences=True)(inputs)
    x = TCN(
        4, 3, dilations=(1,), nb_stacks=2, padding="same", use_skip_connections=False, use_layer_norm=True
    )(kit.layers.Reshape((8, 4))(x))
    return kit.functional(inputs, kit.layers.Dense(2)(x))


@case(
    KERAS,
    "The temporal convolution of keras-tcn 2, which consists of stock layers and a Lambda.",
    "keras_tcn convolution lambda",
    activations=False,
)
def tcn_function(kit):
    from tcn import TCN

    inputs = kit.Input((8, 3))
    return kit.functional(inputs, TCN(4, 2, dilations=(1, 2), activation="relu", name="last")(inputs))


@case(
    TF,
    "Layers of QKeras: kernels of few bits with and without a scale, of three values and of two, and rounded activations.",
    "qkeras quantisation",
    activations=False,
)
def qkeras_layers(kit):
    from qkeras import QActivation, QConv1D, QConv2D, QDense, binary, quantized_bits, quantized_relu, ternary

    L = kit.layers
    inputs = kit.Input((6, 6, 2))
    x = QConv2D(4, 3, kernel_quantizer=quantized_bits(4, 1, alpha=1.0), bias_quantizer=quantized_bits(5, 2))(
        inputs
    )
    x = QActivation("quantized_relu(4,1)")(x)
    x = QConv1D(4, 2, kernel_quantizer=quantized_bits(3), activation=quantized_bits(6, 2, 1))(
        L.Reshape((8, 8))(x)
    )
    x = QDense(5, kernel_quantizer=ternary(), activation=quantized_relu(6, 2))(L.Flatten()(x))
    x = QDense(4, kernel_quantizer=binary(alpha="auto"), use_bias=False, activation="tanh")(x)
    return kit.functional(inputs, QDense(2, kernel_quantizer=quantized_bits(4, 0, 1, alpha="auto"))(x))


@case(
    KERAS,
    "A head of ssd_keras before its decoder: scaled L2 normalization, and anchor boxes in three coordinate systems.",
    "ssd_keras detection",
    activations=False,
)
def ssd_anchors(kit):
    from keras_layers.keras_layer_AnchorBoxes import AnchorBoxes
    from keras_layers.keras_layer_L2Normalization import L2Normalization

    L = kit.layers
    inputs = kit.Input((16, 24, 3))
    fine = L2Normalization(gamma_init=20)(
        L.Conv2D(4, 3, strides=4, padding="same", activation="relu")(inputs)
    )
    coarse = L.Conv2D(4, 3, strides=2, padding="same", activation="relu")(fine)
    boxes = []
    for number, (features, coords) in enumerate(
        ((fine, "centroids"), (coarse, "corners"), (coarse, "minmax"))
    ):
        found = L.Conv2D(3 * 4, 3, padding="same")(features)
        anchors = AnchorBoxes(
            16,
            24,
            0.3 + 0.2 * number,
            0.5 + 0.2 * number,
            aspect_ratios=[1.0, 2.0],
            clip_boxes=number != 1,
            coords=coords,
            normalize_coords=number != 2,
            name="anchors_%d" % number,
        )(found)
        boxes.append(L.Concatenate()([L.Reshape((-1, 4))(found), L.Reshape((-1, 8))(anchors)]))
    return kit.functional(inputs, L.Concatenate(axis=1)(boxes))


@case(
    KERAS,
    "Batch normalization of Mask R-CNN, trained and frozen in the call, alone and for each region.",
    "mask_rcnn normalization wrapper",
    activations=False,
)
def mask_rcnn_normalization(kit):
    from mrcnn.model import BatchNorm

    L = kit.layers
    inputs = kit.Input((2, 6, 6, 3))
    x = L.TimeDistributed(L.Conv2D(4, 3))(inputs)
    x = L.TimeDistributed(BatchNorm())(x, training=False)
    x = BatchNorm()(L.Reshape((8, 4, 4))(x), training=None)
    return kit.functional(inputs, L.Flatten()(BatchNorm(scale=False)(x, training=False)))


@case(
    TF + " " + TF + "/keras",
    "Activations of TensorFlow Addons: in convolutions, dense and activation layers.",
    "tensorflow_addons activation",
    activations=False,
)
def addons_activations(kit):
    import tensorflow_addons as tfa

    L, A = kit.layers, tfa.activations
    inputs = kit.Input((8, 6))
    x = L.Conv1D(4, 3, activation=A.mish)(inputs)
    x = L.SeparableConv1D(4, 2, activation=A.snake)(L.Activation(A.tanhshrink)(x))
    x = L.Dense(5, activation=A.lisht)(L.Flatten()(x))
    outputs = [
        L.Dense(4, activation=activation)(x)
        for activation in (A.tanhshrink, A.softshrink, A.hardshrink, A.rrelu)
    ]
    return kit.functional(inputs, outputs)


_TOWNS = ("", "Ulm", "Bonn", "Kiel", "Jena", "Suhl")


def _features(rng):
    """By name of the input, in the order in which dictionaries are flattened."""
    numbers = {"age": rng.uniform(10, 60, size=(6, 1)), "size": rng.normal(size=(6, 2))}
    ids = {"kind": rng.randint(-1, 5, size=(6, 1)), "grade": rng.choice([-1, 3, 5, 8], size=(6, 1))}
    words = {
        "thal": rng.choice(["fixed", "normal", "", "else"], size=(6, 1)),
        "tags": rng.choice(_TOWNS, size=(6, 3)),
    }
    words["town"] = rng.choice(_TOWNS, size=(6, 1))
    found = {name: array.astype("float32") for name, array in numbers.items()}
    found.update((name, array.astype("int64")) for name, array in ids.items())
    found.update((name, array.astype("S")) for name, array in words.items())
    return [found[name] for name in sorted(found)]


@case(
    "tf.keras-2.8 ~tf.keras-2.4",
    "DenseFeatures over columns of each kind: numbers, buckets, words, ids, hashes, crosses, indicators and embeddings.",
    "feature_columns dense_features text",
    inputs=_features,
    activations=False,
)
def feature_columns(kit):
    L, fc = kit.layers, kit.tf.feature_column
    age, size = fc.numeric_column("age"), fc.numeric_column("size", shape=(2,))
    aged = fc.bucketized_column(age, [18.0, 30.0, 45.0])
    thal = fc.categorical_column_with_vocabulary_list("thal", ["fixed", "normal", "reversible"])
    kind = fc.categorical_column_with_identity("kind", 5)
    town = fc.categorical_column_with_hash_bucket("town", 7)
    tags = fc.categorical_column_with_vocabulary_list("tags", ["Ulm", "Bonn"], num_oov_buckets=2)
    grade = fc.categorical_column_with_vocabulary_list("grade", [3, 5])
    columns = [
        age,
        size,
        aged,
        fc.bucketized_column(size, [-0.5, 0.5]),
        fc.indicator_column(thal),
        fc.indicator_column(tags),
        fc.indicator_column(grade),
        fc.embedding_column(thal, 3),
        fc.embedding_column(tags, 2, combiner="sqrtn"),
        fc.embedding_column(town, 2),
        fc.embedding_column(kind, 2),
        fc.indicator_column(fc.crossed_column([aged, thal], 6)),
        fc.indicator_column(fc.crossed_column(["town", kind], 5)),
    ]
    text = {"thal": 1, "town": 1, "tags": 3}
    inputs = {name: kit.Input((width,), name=name, dtype="string") for name, width in text.items()}
    inputs.update((name, kit.Input((1,), name=name, dtype="int64")) for name in ("kind", "grade"))
    inputs.update(age=kit.Input((1,), name="age"), size=kit.Input((2,), name="size"))
    model = kit.tf.keras.Model(inputs, L.Dense(2, name="top")(L.DenseFeatures(columns)(inputs)))
    return model


@case(
    "~tf.keras-2.8",
    "DenseFeatures at the head of a Sequential model, whose inputs the file knows by name and size alone.",
    "feature_columns dense_features text",
    inputs=lambda rng: [
        rng.normal(size=(4, 1)).astype("float32"),
        rng.choice(_TOWNS, size=(4, 1)).astype("S"),
    ],
    activations=False,
)
def feature_columns_sequential(kit):
    L, fc, tf = kit.layers, kit.tf.feature_column, kit.tf
    town = fc.categorical_column_with_vocabulary_list("town", ["Ulm", "Bonn"])
    columns = [fc.numeric_column("age"), fc.indicator_column(town)]
    model = kit.Sequential([L.DenseFeatures(columns), L.Dense(2, name="top")])
    model({"age": tf.zeros((1, 1)), "town": tf.constant([["Ulm"]])})
    model._nested_inputs = {"age": 0, "town": 1}
    return model


@case(
    KERAS,
    "Activations, cosine layers, group normalization over blocks of rows and upscaling of keras-contrib.",
    "keras_contrib activation normalization",
    activations=False,
)
def contrib_layers(kit):
    from keras_contrib.layers import (
        PELU,
        CosineConvolution2D,
        CosineDense,
        GroupNormalization,
        SineReLU,
        SReLU,
        SubPixelUpscaling,
        Swish,
    )

    L = kit.layers
    inputs = kit.Input((6, 6, 2))
    x = GroupNormalization(groups=4)(PELU(shared_axes=[1, 2])(L.Conv2D(8, 3)(inputs)))
    x = SReLU(shared_axes=[1, 2])(CosineConvolution2D(8, (2, 2), padding="same", activation="tanh")(x))
    x = Swish(1.5, trainable=True)(L.Flatten()(SineReLU(0.3)(SubPixelUpscaling(2)(x))))
    return kit.functional(inputs, CosineDense(2, use_bias=False, activation="sigmoid")(x))


@case(
    TF,
    "Depthwise and separable convolutions of QKeras.",
    "qkeras quantisation convolution",
    activations=False,
)
def qkeras_convolutions(kit):
    from qkeras import QDepthwiseConv2D, QSeparableConv2D, quantized_bits, ternary

    bits = quantized_bits(4, 1, alpha=1.0)
    inputs = kit.Input((5, 5, 2))
    x = QDepthwiseConv2D(
        3, depthwise_quantizer=bits, bias_quantizer=quantized_bits(5, 2), depth_multiplier=2
    )(inputs)
    x = QSeparableConv2D(
        3,
        2,
        depthwise_quantizer=quantized_bits(4, 0, alpha="auto"),
        pointwise_quantizer=ternary(alpha=1.0),
        bias_quantizer=bits,
        activation="quantized_relu(6,2)",
    )(x)
    return kit.functional(inputs, x)


@case(
    TF,
    "Further layers of TensorFlow Addons: filter responses, attention, crossing, and activations that are layers.",
    "tensorflow_addons normalization attention activation",
    activations=False,
)
def addons_more(kit):
    import tensorflow_addons as tfa

    L, A = kit.layers, tfa.layers
    inputs = kit.Input((4, 4, 2))
    x = A.FilterResponseNormalization(learned_epsilon=True)(L.Conv2D(3, 2)(inputs))
    words = L.Reshape((9, 3))(A.TLU(affine=True)(x))
    x = A.MultiHeadAttention(2, 2, output_size=1)([words, words, A.GELU()(words)])
    left, right = A.Snake()(L.Flatten()(x)), A.GELU(approximate=False)(L.Reshape((9,))(x))
    return kit.functional(inputs, A.PolynomialCrossing(projection_dim=2, diag_scale=0.5)([left, right]))
