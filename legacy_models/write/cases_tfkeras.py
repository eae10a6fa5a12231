"""Layers and options that only tf.keras 2 has: attention, many-axis normalisation, dtype policies, wrappers."""

from casebook import case


@case(
    "tf.keras-2.4 ~tf.keras-2.8 ~tf.keras-2.11 tf.keras-2.13/keras ~tf.keras-2.15/keras",
    "MultiHeadAttention with value and key as keyword arguments, with scores, and over two attention axes.",
    "multi_head_attention call_kwargs scores attention_axes",
)
def multi_head(kit):
    L = kit.layers
    query, value = kit.Input((4, 6), name="query"), kit.Input((5, 3), name="value")
    x = L.MultiHeadAttention(2, 3, value_dim=2, name="cross")(query, value=value)
    x, scores = L.MultiHeadAttention(2, 2, output_shape=4, use_bias=False, name="scored")(
        x, value, key=value, return_attention_scores=True
    )
    image = L.Reshape((2, 2, 4))(x)
    y = L.MultiHeadAttention(1, 2, attention_axes=(1, 2), name="plane")(image, image)
    return kit.functional([query, value], [x, scores, y])


@case(
    "tf.keras-2.8 ~tf.keras-2.11 tf.keras-2.14/keras",
    "MultiHeadAttention with a mask tensor, and with the causal mask where the era supports it.",
    "multi_head_attention attention_mask causal",
)
def multi_head_masks(kit):
    tf, L = kit.tf, kit.layers
    line, mask = kit.Input((4, 6), name="line"), kit.Input((4, 4), name="mask")
    allowed = tf.greater(mask, -0.5)
    x = L.MultiHeadAttention(2, 3, name="masked")(line, line, attention_mask=allowed)
    causal = {"use_causal_mask": True} if kit.version >= (2, 10) else {}
    return kit.functional([line, mask], L.MultiHeadAttention(2, 3, name="causal")(x, line, **causal))


@case(
    "tf.keras-2.4 ~tf.keras-2.8 tf.keras-2.12/keras ~tf.keras-2.15",
    "Attention and AdditiveAttention, with scale, causal mask and scores; `causal` was an argument of the layer.",
    "attention additive_attention causal use_scale",
)
def attention(kit):
    L = kit.layers
    query, value = kit.Input((4, 3), name="query"), kit.Input((4, 3), name="value")
    late = kit.version >= (2, 10)
    made, called = ({}, {"use_causal_mask": True}) if late else ({"causal": True}, {})
    x = L.Attention(use_scale=True, **made)([query, value], **called)
    y = L.AdditiveAttention()([query, value, query])
    heads = [x, y]
    if kit.version >= (2, 10):
        heads += L.Attention(score_mode="concat")([query, value], return_attention_scores=True)
    return kit.functional([query, value], heads)


@case(
    "tf.keras-2.4 ~tf.keras-2.8 tf.keras-2.13/keras ~tf.keras-2.15",
    "Softmax, LayerNormalization and (later) UnitNormalization over a list of axes, which Keras 3 reads as one axis.",
    "softmax_axis_list layer_normalization axis_list unit_normalization",
)
def axis_lists(kit):
    L = kit.layers
    cube = kit.Input((3, 4, 2), name="cube")
    heads = [
        L.Softmax(axis=[1, 2])(cube),
        L.LayerNormalization(axis=[1, 2], center=False, scale=False)(cube),
        L.LayerNormalization(axis=[2, 3], epsilon=1e-2)(cube),
        L.LayerNormalization(axis=1)(cube),
    ]
    if hasattr(L, "UnitNormalization"):
        heads.append(L.UnitNormalization(axis=[1, 2])(cube))
    return kit.functional(cube, L.Concatenate()(heads))


@case(
    "tf.keras-2.4 tf.keras-2.14/keras",
    "LayerNormalization over axes in a different order than the tensor has them, of equal and of different sizes.",
    "layer_normalization axis_order",
)
def axis_order(kit):
    L = kit.layers
    cube, even = kit.Input((3, 4, 2), name="cube"), kit.Input((3, 3), name="even")
    return kit.functional(
        [cube, even], [L.LayerNormalization(axis=[3, 1])(cube), L.LayerNormalization(axis=[2, 1])(even)]
    )


@case(
    "tf.keras-2.11 ~tf.keras-2.15/keras",
    "GroupNormalization by default, with one group and with a group for each channel.",
    "group_normalization",
)
def group_normalization(kit):
    L = kit.layers
    image = kit.Input((4, 4, 6), name="image")
    x = L.GroupNormalization(groups=3)(image)
    x = L.GroupNormalization(groups=1, epsilon=1e-2)(x)
    return kit.functional(image, L.GroupNormalization(groups=-1, scale=False)(x))


@case(
    "tf.keras-2.0 ~tf.keras-2.8 tf.keras-2.13/keras",
    "Batch normalisation: not fused, with renormalisation (more statistics), synchronised over replicas.",
    "batch_normalization renorm fused sync_batch_normalization",
)
def batch_normalizations(kit):
    L = kit.layers
    line = kit.Input((4, 4, 2), name="line")
    x = L.BatchNormalization(fused=False, axis=2)(line)
    x = L.BatchNormalization(renorm=True)(x)
    if kit.version >= (2, 13):
        x = L.BatchNormalization(synchronized=True)(x)
    elif kit.version >= (2, 2):
        x = L.experimental.SyncBatchNormalization()(x)
    return kit.functional(line, x)


@case(
    "tf.keras-2.13/keras ~tf.keras-2.15",
    "SpectralNormalization around Dense and Conv2D: its vector is a weight.",
    "spectral_normalization wrapper",
)
def spectral_normalization(kit):
    L = kit.layers
    image = kit.Input((5, 5, 2), name="image")
    x = L.SpectralNormalization(L.Conv2D(3, 2, activation="relu"))(image)
    return kit.functional(image, L.SpectralNormalization(L.Dense(2), power_iterations=2)(L.Flatten()(x)))


@case(
    "~tf.keras-2.8 tf.keras-2.13/keras",
    "EinsumDense in two layouts.",
    "einsum_dense",
)
def einsum_dense(kit):
    L = kit.layers
    layer = getattr(L, "EinsumDense", None) or L.experimental.EinsumDense
    line = kit.Input((4, 3), name="line")
    x = layer("abc,cde->abde", output_shape=(None, 2, 3), bias_axes="de", activation="relu")(line)
    return kit.functional(line, layer("abde,de->ab", output_shape=(None,))(x))


@case(
    "tf.keras-2.4 ~tf.keras-2.8 ~tf.keras-2.13/keras tf.keras-2.15/keras",
    "Half precision by policy, with an output in full precision.",
    "mixed_float16 policy",
    rtol=2e-2,
)
def mixed_half(kit):
    L, tf = kit.layers, kit.tf
    policy = tf.keras.mixed_precision
    if kit.version < (2, 5):  # the older class of policies, which says how losses are scaled
        policy.experimental.set_policy(policy.experimental.Policy("mixed_float16", loss_scale=128.0))
    else:
        policy.set_global_policy("mixed_float16")
    try:
        image = kit.Input((5, 5, 2), name="image")
        x = L.Conv2D(3, 2, activation="relu")(image)
        x = L.BatchNormalization()(x)
        x = L.Dense(4)(L.Flatten()(x))
        return kit.functional(image, L.Activation("softmax", dtype="float32")(x))
    finally:
        policy.set_global_policy("float32")


@case(
    "tf.keras-2.8 ~tf.keras-2.15/keras",
    "A policy per layer, all other layers in full precision.",
    "mixed_bfloat16 policy",
    rtol=5e-2,
)
def mixed_bfloat(kit):
    L = kit.layers
    policy = kit.tf.keras.mixed_precision.Policy("mixed_bfloat16")
    line = kit.Input((4,), name="line")
    x = L.Dense(4, dtype=policy, activation="relu")(line)
    return kit.functional(line, L.Dense(2, dtype="float32")(x))


@case(
    "~tf.keras-2.0 tf.keras-2.8 ~tf.keras-2.14/keras",
    "Double precision throughout.",
    "float64 dtype",
    rtol=1e-10,
)
def double(kit):
    L, K = kit.layers, kit.K
    K.set_floatx("float64")
    try:
        line = kit.Input((4, 3), name="line")
        x = L.LSTM(3, return_sequences=True)(line)
        x = L.BatchNormalization()(x)
        return kit.functional(line, L.Dense(2)(x))
    finally:
        K.set_floatx("float32")


@case(
    "tf.keras-2.0 ~tf.keras-2.4",
    "Integer inputs, several dtypes side by side, and a layer that casts its inputs itself.",
    "integer_inputs embedding dtype",
    inputs=lambda rng: [
        rng.randint(9, size=(3, 4)).astype("int32"),
        rng.normal(size=(3, 2)).astype("float64"),
    ],
)
def dtypes(kit):
    L = kit.layers
    ids = kit.Input((4,), dtype="int32", name="ids")
    wide = kit.Input((2,), dtype="float64", name="wide")
    x = L.GlobalMaxPooling1D()(L.Embedding(9, 3)(ids))
    y = L.Dense(3, dtype="float64")(wide)
    return kit.functional([ids, wide], L.Concatenate(dtype="float32")([x, L.Dense(3, dtype="float32")(y)]))


@case(
    "tf.keras-2.8 tf.keras-2.13/keras",
    "An activation that is a layer, and activations with options.",
    "activation_layer nested_config",
)
def activation_as_layer(kit):
    L = kit.layers
    line = kit.Input((4,), name="line")
    x = L.Dense(4, activation=L.LeakyReLU(0.3))(line)
    return kit.functional(line, L.Dense(3, activation=L.ReLU(max_value=0.8))(x))


@case(
    "tf.keras-2.13/keras ~tf.keras-2.15/keras ~tf.keras-2.4/savedmodel ~tf.keras-2.11/savedmodel "
    "tf.keras-2.15/savedmodel",
    "A subclass of Model, whose file holds no graph: its class is needed.",
    "subclassed custom_class",
    status="blocked",
    reason="CFG",
    custom="two_towers.py",
    activations=False,
    inputs=lambda rng: [rng.normal(size=(3, 4)).astype("float32")],
)
def subclassed(kit):
    import numpy as np

    from custom.two_towers import TwoTowers

    model = TwoTowers(width=3, name="two_towers")
    model(np.ones((1, 4), "float32"))
    return model


@case(
    "tf.keras-2.12/keras tf.keras-2.14 tf.keras-2.8/savedmodel",
    "A registered custom activation function and a registered layer, named by package.",
    "custom_function registered_name",
    status="blocked",
    reason="CFG",
    custom="registered.py",
)
def registered(kit):
    from custom.registered import Shift, squash

    L = kit.layers
    line = kit.Input((4,), name="line")
    return kit.functional(line, Shift(0.5)(L.Dense(3, activation=squash)(line)))


@case(
    "tf.keras-2.11",
    "Layers and an activation of TensorFlow Addons, which is no longer maintained.",
    "addons custom_class",
    status="blocked",
    reason="ECO",
)
def addons(kit):
    import tensorflow_addons as tfa

    L = kit.layers
    image = kit.Input((4, 4, 4), name="image")
    x = tfa.layers.WeightNormalization(L.Conv2D(4, 2, activation=tfa.activations.mish))(image)
    return kit.functional(image, tfa.layers.InstanceNormalization()(x))


@case(
    "tf.keras-2.11/json tf.keras-2.12/json ~tf.keras-2.13/json ~tf.keras-2.14/json ~tf.keras-2.15/json",
    "Weights in a file *.weights.h5, in the Keras 2 layout up to 2.11 and in the archive's layout after: two Dense "
    "layers, a wrapped recurrent layer and a nested model.",
    "weights_h5_layout wrapper nested_model",
)
def weights_layout(kit):
    L = kit.layers
    inner_in = kit.Input((4, 4), name="inner_in")
    inner = kit.functional(
        inner_in, L.Dense(4, name="inside")(L.BatchNormalization()(inner_in)), name="inner"
    )
    line = kit.Input((4, 3), name="line")
    x = L.Bidirectional(L.LSTM(2, return_sequences=True))(L.Dense(3, name="zuerst")(line))
    x = inner(x)
    return kit.functional(line, L.Dense(2, name="anfang")(x))
