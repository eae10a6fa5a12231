"""Expressions that build layers of packages around Keras, with arguments that are valid and not the usual ones.

A table only: package, kinds of input (``x``, ``y``, ``z``), expression. ``half:`` in front builds with the policy
mixed_float16.
"""

SHAPES = {
    "line": (6,),
    "steps": (6, 4),
    "open": (None, 4),
    "image": (6, 4, 4),
    "wide": (None, None, 4),
    "video": (4, 6, 4, 2),
    "ids": (6,),
    "parts": (6,),
    "nodes": (5, 3),
    "edges": (5, 5),
}

IMPORTS = {
    "addons": (("tfa", "tensorflow_addons"),),
    "tfmot": (
        ("prune", "tensorflow_model_optimization.sparsity.keras"),
        ("cluster", "tensorflow_model_optimization.clustering.keras"),
        ("quantize", "tensorflow_model_optimization.quantization.keras"),
    ),
    "tfrs": (("tfrs", "tensorflow_recommenders"),),
    "spektral": (("S", "spektral.layers"),),
    "qkeras": (("Q", "qkeras"),),
    "tcn": (("TCN", "tcn:TCN"),),
    "contrib": (("C", "keras_contrib.layers"),),
    "resnet": (("R", "keras_resnet.layers"),),
    "self_attention": (("A", "keras_self_attention"),),
    "retinanet": (("D", "keras_retinanet.layers"), ("I", "keras_retinanet.initializers")),
    "cyberzhg": (("P", "keras_pos_embd"), ("M", "keras_multi_head"), ("F", "keras_position_wise_feed_forward"),
                 ("N", "keras_layer_normalization"), ("E", "keras_embed_sim")),
    "hgq": (("H", "HGQ.layers"),),
}  # fmt: skip

_ADDONS = """
image: GroupNormalization(groups=2) | GroupNormalization(groups=4, axis=-1) | GroupNormalization(groups=1)
image: GroupNormalization(groups=-1) | GroupNormalization(groups=3, axis=1) | GroupNormalization(groups=2, axis=2)
image: GroupNormalization(groups=2, axis=-2) | GroupNormalization(2, center=False) | GroupNormalization(2, scale=False)
image: GroupNormalization(groups=2, epsilon=0.5, center=False, scale=False)
line: GroupNormalization(groups=3) | GroupNormalization(groups=6) | GroupNormalization(groups=1)
steps: GroupNormalization(groups=2) | GroupNormalization(groups=3, axis=1) | InstanceNormalization()
image: InstanceNormalization(axis=1) | InstanceNormalization(axis=2, epsilon=0.1) | InstanceNormalization(scale=False)
image: InstanceNormalization(center=False) | InstanceNormalization(center=False, scale=False)
wide: GroupNormalization(groups=2) | InstanceNormalization() | FilterResponseNormalization() | Maxout(2)
image: FilterResponseNormalization() | FilterResponseNormalization(learned_epsilon=True, epsilon=0.2)
image: FilterResponseNormalization(epsilon=-0.1) | FilterResponseNormalization(epsilon=1.0)
image: WeightNormalization(L.Conv2D(3, 2, use_bias=False), data_init=False)
image: WeightNormalization(L.Conv2DTranspose(3, 2, strides=2), data_init=False)
image: WeightNormalization(L.Conv2D(4, 2, groups=2, activation="relu"), data_init=False)
image: WeightNormalization(L.Dense(3), data_init=False) | WeightNormalization(L.DepthwiseConv2D(2), data_init=False)
image: WeightNormalization(L.SeparableConv2D(3, 2), data_init=False)
steps: WeightNormalization(L.LSTM(3), data_init=False) | WeightNormalization(L.SimpleRNN(3), data_init=False)
steps: WeightNormalization(L.RNN(L.GRUCell(3)), data_init=False)
steps: WeightNormalization(L.EinsumDense("abc,cd->abd", [None, 3]), data_init=False)
image: WeightNormalization(L.Conv2D(3, 2), trainable=False, data_init=False)
image: SpectralNormalization(L.Conv2D(3, 2)) | SpectralNormalization(L.Conv2DTranspose(3, 2), power_iterations=3)
line: SpectralNormalization(L.Dense(3, use_bias=False)) | SpectralNormalization(L.Dense(3, activation="tanh"))
ids: SpectralNormalization(L.Embedding(10, 3))
steps: Maxout(2) | Maxout(1) | Maxout(4) | Maxout(3, axis=1) | Maxout(2, axis=-2) | Maxout(2, axis=2)
image: Maxout(2, axis=2) | Maxout(3, axis=1) | Maxout(2, axis=3)
line: Maxout(2) | Maxout(3) | Maxout(6)
open: Maxout(2)
image: AdaptiveAveragePooling2D(2) | AdaptiveAveragePooling2D((3, 1)) | AdaptiveAveragePooling2D((6, 4))
image: AdaptiveMaxPooling2D((3, 2)) | AdaptiveMaxPooling2D(2, data_format="channels_first")
image: AdaptiveAveragePooling2D((2, 4), data_format="channels_first")
steps: AdaptiveAveragePooling1D(3) | AdaptiveMaxPooling1D(2) | AdaptiveMaxPooling1D(2, data_format="channels_first")
video: AdaptiveAveragePooling3D((2, 3, 2)) | AdaptiveMaxPooling3D(2) | AdaptiveAveragePooling3D((1, 1, 1))
line: Snake() | Snake(frequency_initializer="zeros") | TLU() | TLU(affine=True) | GELU() | GELU(approximate=False)
image: TLU(affine=True) | TLU() | Snake() | NetVLAD(3)
steps: NetVLAD(3) | NetVLAD(1)
line: NoisyDense(3) | NoisyDense(3, use_factorised=False, activation="relu") | NoisyDense(3, use_bias=False, sigma=0.1)
steps: NoisyDense(3)
line: Sparsemax() | PolynomialCrossing()
steps: Sparsemax() | Sparsemax(axis=1)
image: Sparsemax(axis=2) | SpatialPyramidPooling2D([1, 2]) | SpatialPyramidPooling2D([2, 4])
image: SpatialPyramidPooling2D([1, 2], data_format="channels_first")
image: SpatialPyramidPooling2D([[3, 1], [2, 2]])
steps: ESN(5) | ESN(5, leaky=0.5, return_sequences=True) | ESN(5, use_norm2=True, activation="relu", use_bias=False)
steps: ESN(5, connectivity=0.5, spectral_radius=0.5, go_backwards=True)
"""

_LAYERS = {"addons": ("tfa.layers", _ADDONS)}

_QKERAS = """
line: QDense(3, kernel_quantizer="quantized_bits(4,1,alpha=1.0)", bias_quantizer="quantized_bits(4)")
line: QDense(3, kernel_quantizer="quantized_bits(2,0,1,alpha=1.0)") | QDense(3, kernel_quantizer="quantized_bits(1,0)")
line: QDense(3, kernel_quantizer="quantized_bits(4,2,1,alpha='auto')")
line: QDense(3, kernel_quantizer="quantized_bits(4,0,1,alpha='auto_po2')")
line: QDense(3, kernel_quantizer="quantized_bits(4,0,0,alpha='auto')")
line: QDense(3, kernel_quantizer="quantized_bits(1,0,1,alpha='auto')")
line: QDense(3, kernel_quantizer="quantized_bits(4,1,0,keep_negative=False,alpha=1)")
line: QDense(3, kernel_quantizer="quantized_bits(4,1,1,keep_negative=False,alpha='auto')")
line: QDense(3, kernel_quantizer="quantized_bits(4,1,1,alpha=0.5)") | QDense(3, kernel_quantizer="quantized_bits(4,-1,1)")
line: QDense(3, kernel_quantizer="quantized_bits(8,8,1)") | QDense(3, kernel_quantizer="quantized_bits(16,3,1)")
line: QDense(3, kernel_quantizer=Q.quantized_bits(4, 1, 1, alpha=1.0, scale_axis=0))
line: QDense(3, kernel_quantizer=Q.quantized_bits(4, 1, 1, alpha="auto", scale_axis=0))
line: QDense(3, kernel_quantizer=Q.quantized_bits(4, 1, 1, alpha=1.0, use_ste=False))
line: QDense(3, kernel_quantizer=Q.quantized_bits(4, 1, 1, alpha=1.0, qnoise_factor=0.5))
line: QDense(3, kernel_quantizer="ternary()") | QDense(3, kernel_quantizer="ternary(alpha=1)")
line: QDense(3, kernel_quantizer="ternary(alpha=1,threshold=0.2)") | QDense(3, kernel_quantizer="ternary(alpha='auto')")
line: QDense(3, kernel_quantizer="ternary(alpha='auto_po2')") | QDense(3, kernel_quantizer="ternary(threshold=0.1)")
line: QDense(3, kernel_quantizer="ternary(alpha=0.5)") | QDense(3, kernel_quantizer="ternary(alpha='auto',threshold=0.5)")
line: QDense(3, kernel_quantizer=Q.ternary(alpha="auto", number_of_unrolls=2))
line: QDense(3, kernel_quantizer="binary()") | QDense(3, kernel_quantizer="binary(alpha=1)")
line: QDense(3, kernel_quantizer="binary(alpha='auto')") | QDense(3, kernel_quantizer="binary(alpha='auto_po2')")
line: QDense(3, kernel_quantizer="binary(use_01=True,alpha=1)") | QDense(3, kernel_quantizer="binary(alpha=0.3)")
line: QDense(3, kernel_quantizer="stochastic_ternary()") | QDense(3, kernel_quantizer="stochastic_binary()")
line: QDense(3, kernel_quantizer="quantized_po2(4)") | QDense(3, kernel_quantizer="quantized_linear(4)")
line: QDense(3, kernel_quantizer="bernoulli()") | QDense(3)
line: QDense(3, kernel_quantizer="quantized_bits(4,1)", activation="quantized_relu(4,1)", use_bias=False)
line: QDense(3, kernel_quantizer="quantized_bits(4,1)", kernel_constraint="max_norm", kernel_range=2.0)
line: QActivation("quantized_relu(3)") | QActivation("quantized_relu(4,2)") | QActivation("quantized_relu(4,2,1)")
line: QActivation("quantized_relu(4,2,negative_slope=0.25)") | QActivation("quantized_relu(4,2,relu_upper_bound=1.5)")
line: QActivation(Q.quantized_relu(4, 2, is_quantized_clip=False)) | QActivation("quantized_bits(4,1)")
line: QActivation(Q.quantized_relu(4, 1, enable_bn_folding=False)) | QActivation("quantized_relu(1,0)")
line: QActivation("quantized_bits(4,1,1)") | QActivation("quantized_bits(4,1,alpha='auto')")
line: QActivation("quantized_bits(4,1,1,keep_negative=False)") | QActivation("quantized_bits(4,1,0,False)")
line: QActivation("quantized_tanh(4)") | QActivation("quantized_sigmoid(4)") | QActivation("quantized_ulaw(4,1)")
line: QActivation("quantized_tanh(4,symmetric=True)") | QActivation("quantized_relu_po2(4)") | QActivation("ternary()")
line: QActivation("binary()") | QActivation("binary(alpha=1)") | QActivation("relu") | QActivation("quantized_po2(4,4)")
line: QActivation("quantized_hswish(8,2,1)") | QActivation("smooth_sigmoid") | QActivation("hard_tanh") | QActivation("bernoulli")
line: QActivation("quantized_linear(4,1)") | QActivation("hard_sigmoid") | QActivation("smooth_tanh")
image: QConv2D(3, 2, kernel_quantizer="quantized_bits(4,1,1,alpha='auto')", strides=(2, 1), padding="same")
image: QConv2D(4, 2, kernel_quantizer="ternary(alpha='auto_po2')", groups=2)
image: QConv2D(3, 2, kernel_quantizer="binary(alpha='auto')", dilation_rate=2, activation="relu")
image: QConv2D(3, 2, kernel_quantizer="quantized_bits(4,1)", mask=np.array([[1, 0], [0, 1]]))
image: QConv2D(3, 2, kernel_quantizer="quantized_bits(4,1)", activation="quantized_tanh(4)")
image: QConv2DTranspose(3, 2, kernel_quantizer="quantized_bits(4,1)")
image: QDepthwiseConv2D(2, depthwise_quantizer="quantized_bits(4,0,1,alpha='auto')")
image: QDepthwiseConv2D(2, depthwise_quantizer="ternary(alpha='auto')", depth_multiplier=2, use_bias=False)
image: QDepthwiseConv2D(2, depthwise_quantizer="quantized_bits(4,1,1)", activation="quantized_relu(4)")
image: QSeparableConv2D(3, 2, depthwise_quantizer="quantized_bits(4,1,1,alpha='auto')", pointwise_quantizer="ternary()")
image: QSeparableConv2D(3, 2, depthwise_quantizer="binary(alpha='auto')", pointwise_quantizer="quantized_bits(3)")
steps: QConv1D(3, 2, kernel_quantizer="quantized_bits(4,1,1,alpha='auto')", padding="causal")
steps: QSeparableConv1D(3, 2, depthwise_quantizer="quantized_bits(4,1)", pointwise_quantizer="quantized_bits(4,1)")
steps: QDense(3, kernel_quantizer="quantized_bits(4,1)") | QLSTM(3) | QGRU(3) | QSimpleRNN(3)
image: QBatchNormalization() | QAveragePooling2D() | QGlobalAveragePooling2D() | QConv2DBatchnorm(3, 2)
line: QAdaptiveActivation("quantized_relu", 4)
"""
_HGQ = """
line: HQuantize() | HQuantize(paq_conf=conf(rnd_strategy="floor")) | HQuantize(paq_conf=conf(skip_dims="all"))
line: HDense(3) | HDense(3, activation="relu") | HDense(3, use_bias=False, paq_conf=conf(skip_dims=(0, 1)))
line: HDense(3, paq_conf=conf(rnd_strategy="floor")) | HDense(3, paq_conf=conf(rnd_strategy="auto"))
line: HDense(3, kq_conf=kernel(skip_dims=(0, 1))) | HDense(3, kq_conf=kernel(rnd_strategy="floor", skip_dims=(0,)))
line: HDense(3, kq_conf=kernel(rnd_strategy="stochastic_round"), use_bias=False, paq_conf=conf(rnd_strategy="auto"))
line: HDense(3, use_bias=False, paq_conf=conf(bw_clip=(-1, 2)), kq_conf=kernel(bw_clip=(0, 3))) | HActivation("tanh") | HActivation("relu")
line: HActivation("sigmoid", paq_conf=conf(rnd_strategy="auto")) | HDenseBatchNorm(3) | PDropout(0.3) | PReshape((2, 3))
line: HActivation("softmax", paq_conf=conf(rnd_strategy="floor"))
steps: HDense(3) | HDense(3, paq_conf=conf(skip_dims="except_last")) | HConv1D(3, 2) | HConv1D(3, 2, padding="same", strides=2)
steps: HConv1D(3, 2, padding="causal", activation="relu") | PFlatten() | PMaxPooling1D() | PAveragePooling1D(3)
image: HConv2D(3, 2) | HConv2D(3, (2, 3), strides=2, padding="same", activation="relu", paq_conf=conf(skip_dims=(0, 1, 2)))
image: HConv2D(3, 2, use_bias=False, kq_conf=kernel(skip_dims=(0, 1, 2))) | HConv2DBatchNorm(3, 2) | PMaxPooling2D()
image: HConv2D(3, 2, paq_conf=conf(rnd_strategy="auto")) | PAveragePooling2D() | PPermute((2, 1, 3)) | HQuantize()
"""
_TCN = """
steps: TCN(4, 2) | TCN(4, 2, dilations=(1, 3)) | TCN(3, 2, dilations=[2], return_sequences=True)
steps: TCN(4, 3, nb_stacks=2, dilations=(1, 2), return_sequences=True, use_skip_connections=False)
steps: TCN([3, 5], 2, dilations=(1, 2)) | TCN([4, 4], 2, dilations=(1, 2), use_skip_connections=False)
steps: TCN(4, 2, dilations=(1, 2), padding="same") | TCN(4, 2, dilations=(1,), padding="same", return_sequences=True)
steps: TCN(4, 2, dilations=(1, 2), activation="tanh") | TCN(4, 2, dilations=(1,), activation="linear", dropout_rate=0.3)
steps: TCN(4, 2, dilations=(1, 2), use_weight_norm=True) | TCN(4, 2, dilations=(1, 2), go_backwards=True)
steps: TCN(4, 2, dilations=(1, 2), use_layer_norm=True) | TCN(4, 2, dilations=(1, 2), use_batch_norm=True)
steps: TCN(4, 2, dilations=(1, 2), return_state=True) | TCN(6, 2, dilations=(1, 2), kernel_initializer="zeros")
open: TCN(4, 2, dilations=(1, 2)) | TCN(4, 2, dilations=(1, 2), padding="same") | TCN(4, 2, dilations=(4,))
"""
_SPEKTRAL = """
GCNConv(4) | GCNConv(4, activation="relu", use_bias=False) | ChebConv(4) | ChebConv(4, K=3, activation="tanh")
GraphSageConv(4) | ARMAConv(4) | ARMAConv(4, order=2, iterations=2, share_weights=True) | APPNPConv(4)
GATConv(4) | GATConv(4, attn_heads=3, concat_heads=False, activation="softmax") | GATConv(4, add_self_loops=False)
GATConv(4, attn_heads=2, return_attn_coef=True) | GATConv(3, attn_heads=2, dropout_rate=0.5, use_bias=False)
GCSConv(4) | DiffusionConv(4) | TAGConv(4) | AGNNConv() | GINConv(4) | CrystalConv() | GeneralConv(4)
"""


def _listed(package, prefix, table):
    """``(package, kinds, expression)`` for ``kinds: Name(...) | Name(...)`` lines."""
    for line in table.strip().splitlines():
        kind, _, calls = line.partition(": ")
        for call in calls.split(" | "):
            yield package, kind, "{}{}(x)".format(prefix, call)


CASES = list(_listed("addons", "tfa.layers.", _ADDONS))
CASES += list(_listed("qkeras", "Q.", _QKERAS))
CASES += list(_listed("tcn", "", _TCN))
CASES += [
    (package, kind, call.replace("(x)", "(H.HQuantize()(x))") if "HQuantize" not in call else call)
    for package, kind, call in _listed("hgq", "H.", _HGQ)
]
CASES += [("hgq", "image image", "H.HAdd()([H.HQuantize()(x), H.HQuantize()(y)])"), ("hgq", "image image", "H.PConcatenate()([H.HQuantize()(x), H.HQuantize()(y)])")]
CASES += [
    ("spektral", "nodes edges", "S.{}([x, y])".format(call))
    for line in _SPEKTRAL.strip().splitlines()
    for call in line.split(" | ")
]
CASES += [("spektral", "nodes", "S.{}()(x)".format(name)) for name in (
    "GlobalSumPool", "GlobalAvgPool", "GlobalMaxPool", "GlobalAttnSumPool", "SortPool")]  # fmt: skip
CASES += [("spektral", "nodes", "S.GlobalAttentionPool(4)(x)"), ("spektral", "nodes edges", "S.GraphMasking()(x)"),
          ("spektral", "nodes", "S.InnerProduct()(x)"), ("spektral", "nodes", "S.MinkowskiProduct()(x)"),
          ("spektral", "nodes", "S.GraphMasking(pooling_start_index=0)(x)")]  # fmt: skip

_MORE = """
addons | image image | tfa.layers.StochasticDepth(0.3)([x, y])
addons | image image | tfa.layers.StochasticDepth(1.0)([x, y])
addons | line line | tfa.layers.StochasticDepth()((x, y))
addons | steps steps | tfa.layers.MultiHeadAttention(3, 2)([x, y])
addons | steps steps steps | tfa.layers.MultiHeadAttention(3, 2, output_size=5)([x, y, z])
addons | steps steps | tfa.layers.MultiHeadAttention(3, 2, use_projection_bias=False, dropout=0.4)([x, y])
addons | steps steps | tfa.layers.MultiHeadAttention(3, 2, return_attn_coef=True)([x, y])
addons | image image | tfa.layers.MultiHeadAttention(3, 2)([x, y])
addons | image image image | tfa.layers.MultiHeadAttention(4, 1, output_size=2)([x, y, z])
addons | steps steps | tfa.layers.MultiHeadAttention(3, 2)([L.Masking()(x), y])
addons | steps steps | tfa.layers.MultiHeadAttention(3, 2)([x, L.Masking()(y)])
addons | line line | tfa.layers.PolynomialCrossing()((x, y))
addons | line line | tfa.layers.PolynomialCrossing(2, diag_scale=0.5)((x, y))
addons | line line | tfa.layers.PolynomialCrossing(use_bias=False, diag_scale=1.0)([x, y])
addons | steps steps | tfa.layers.PolynomialCrossing()([x, y])
addons | line | tfa.layers.PolynomialCrossing()([x, x])
addons | ids parts | tfa.layers.EmbeddingBag(10, 3)(x, y)
addons | ids parts | tfa.layers.EmbeddingBag(10, 3, combiner="mean")(x, y)
addons | ids | tfa.layers.EmbeddingBag(10, 3, combiner="sum")(x)
addons | ids | tfa.layers.EmbeddingBag(10, 3, combiner="mean")(x)
addons | ids | tfa.layers.EmbeddingBag(10, 3, embeddings_initializer="ones", mask_zero=True)(x)
addons | steps | tfa.layers.CRF(3)(x)
addons | steps | tfa.layers.CRF(3)(L.Masking()(x))
addons | steps | tfa.layers.CRF(4, use_kernel=False, use_boundary=False)(L.Masking()(x))
addons | steps | tfa.layers.CRF(3, use_boundary=False)(x)[1]
addons | steps | L.RNN(tfa.rnn.LayerNormLSTMCell(3))(x)
addons | steps | L.RNN(tfa.rnn.LayerNormSimpleRNNCell(3))(x)
addons | steps | L.RNN(tfa.rnn.NASCell(3))(x)
addons | steps | L.RNN(tfa.rnn.PeepholeLSTMCell(3))(x)
addons | steps | L.RNN(tfa.rnn.ESNCell(3))(x)
addons | steps | L.TimeDistributed(tfa.layers.Maxout(2))(x)
addons | steps | L.TimeDistributed(tfa.layers.WeightNormalization(L.Dense(3), data_init=False))(x)
addons | steps | L.TimeDistributed(tfa.layers.GroupNormalization(2))(x)
addons | image | L.TimeDistributed(tfa.layers.InstanceNormalization())(x)
addons | steps | L.TimeDistributed(tfa.layers.Snake())(x)
addons | steps | L.LSTM(3)(tfa.layers.Maxout(2)(L.Masking()(x)))
addons | steps | L.LSTM(3)(tfa.layers.GroupNormalization(2)(L.Masking()(x)))
addons | steps | L.LSTM(3)(tfa.layers.WeightNormalization(L.Dense(3), data_init=False)(L.Masking()(x)))
addons | steps | L.LSTM(3)(tfa.layers.SpectralNormalization(L.Dense(3))(L.Masking()(x)))
addons | steps | L.LSTM(3)(tfa.layers.Sparsemax()(L.Masking()(x)))
addons | steps steps | L.LSTM(3)(tfa.layers.StochasticDepth()([L.Masking()(x), y]))
addons | steps | L.LSTM(3)(tfa.layers.AdaptiveMaxPooling1D(3)(L.Masking()(x)))
addons | steps | L.LSTM(3)(tfa.layers.TLU()(L.Masking()(x)))
addons | steps | L.LSTM(3)(L.Dense(3, activation=tfa.activations.mish)(L.Masking()(x)))
addons | line | L.Dense(4, activation=tfa.activations.sparsemax)(x)
addons | line | L.Dense(4, activation=tfa.activations.gelu)(x)
addons | line | L.Dense(4, activation=tfa.activations.rrelu)(x)
addons | line | L.Activation(tfa.activations.softshrink)(x)
addons | line | L.Activation(tfa.activations.hardshrink)(x)
addons | steps | L.LSTM(3, activation=tfa.activations.mish)(x)
addons | line | half: tfa.layers.Maxout(2)(x)
addons | image | half: tfa.layers.GroupNormalization(2)(x)
addons | image | half: tfa.layers.FilterResponseNormalization()(x)
addons | image image | half: tfa.layers.StochasticDepth()([x, y])
addons | image | half: tfa.layers.AdaptiveAveragePooling2D(2)(x)
addons | line | half: tfa.layers.TLU(affine=True)(x)
addons | line | half: tfa.layers.Snake()(x)
addons | line line | half: tfa.layers.PolynomialCrossing()([x, y])
addons | steps steps | half: tfa.layers.MultiHeadAttention(3, 2)([x, y])
addons | line | half: tfa.layers.WeightNormalization(L.Dense(3), data_init=False)(x)
addons | line | half: L.Dense(4, activation=tfa.activations.mish)(x)
addons | line | half: L.Dense(4, activation=tfa.activations.hardshrink)(x)
addons | line | tfa.layers.Maxout(2, dtype="float64")(x)
addons | line | tfa.layers.Maxout(2, dtype="float16")(x)
addons | image | tfa.layers.GroupNormalization(2, dtype="float64")(x)
addons | line | tfa.layers.Snake(dtype="float64")(x)
addons | image | tfa.layers.FilterResponseNormalization(dtype="float64")(x)
addons | line line | tfa.layers.PolynomialCrossing(dtype="float64")([x, y])
addons | line | keras.Sequential([L.Input((6,)), tfa.layers.Maxout(2), L.Dense(2), tfa.layers.TLU()])
addons | image | keras.Sequential([L.Input((6, 4, 4)), keras.Sequential([tfa.layers.Maxout(2), L.Conv2D(2, 2)])])
tfrs | line | tfrs.layers.dcn.Cross()(x)
tfrs | line line | tfrs.layers.dcn.Cross()(x, y)
tfrs | line line | tfrs.layers.dcn.Cross(2, diag_scale=0.5, preactivation="relu")(x, y)
tfrs | line | tfrs.layers.dcn.Cross(3, use_bias=False, diag_scale=2.0)(x)
tfrs | steps | tfrs.layers.dcn.Cross()(x)
tfrs | line line | tfrs.layers.dcn.Cross()(x, x=y)
tfrs | line | half: tfrs.layers.dcn.Cross()(x)
tfrs | line line | tfrs.layers.feature_interaction.DotInteraction()([x, y])
tfrs | line line | tfrs.layers.feature_interaction.DotInteraction(self_interaction=True)([x, y])
tfrs | line line line | tfrs.layers.feature_interaction.DotInteraction(skip_gather=True)([x, y, z])
tfrs | line line line | tfrs.layers.feature_interaction.DotInteraction()([x, y, z])
tfrs | line | tfrs.layers.feature_interaction.MultiLayerDCN(num_layers=2, projection_dim=3)(x)
tfrs | line | tfrs.layers.blocks.MLP([4, 2])(x)
spektral | nodes edges | S.GlobalSumPool()(S.GATConv(4)([x, y]))
spektral | nodes edges | half: S.GATConv(4)([x, y])
"""
CASES += [tuple(part.strip() for part in line.split(" | ")) for line in _MORE.strip().splitlines()]

_PRUNED = ("line: L.Dense(3)", "image: L.Conv2D(3, 2)", "image: L.DepthwiseConv2D(2)", "ids: L.Embedding(10, 3)",
           "image: L.SeparableConv2D(3, 2)", "image: L.Conv2DTranspose(3, 2)", "steps: L.Conv1D(3, 2)",
           "steps: L.SeparableConv1D(3, 2)", "steps: L.LSTM(3)", "steps: L.GRU(3)", "steps: L.SimpleRNN(3)",
           "image: L.BatchNormalization()", "image: L.Conv2D(2, 2, activation=\"relu\", use_bias=False)",
           "steps: L.LocallyConnected1D(3, 2)", "line: L.PReLU()", "video: L.Conv3D(2, 2)", "steps: L.Dense(4)",
           "line: L.Dense(6)", "steps: L.Conv1D(4, 2)", "image: L.Conv1DTranspose(2, 2)", "line: L.ReLU(6.0)")  # fmt: skip
for _text in _PRUNED:
    _kind, _, _layer = _text.partition(": ")
    CASES += [
        ("tfmot", _kind, "prune.prune_low_magnitude({})(x)".format(_layer)),
        (
            "tfmot",
            _kind,
            "cluster.cluster_weights({}, number_of_clusters=3, "
            "cluster_centroids_init=cluster.CentroidInitialization.LINEAR)(x)".format(_layer),
        ),
    ]
CASES += [
    ("tfmot", "line", "prune.prune_low_magnitude(L.Dense(6), block_size=(2, 2), block_pooling_type=\"MAX\")(x)"),
    ("tfmot", "line", "prune.prune_low_magnitude(L.Dense(4), sparsity_m_by_n=(2, 4))(x)"),
    ("tfmot", "steps", "L.TimeDistributed(prune.prune_low_magnitude(L.Dense(3)))(x)"),
    ("tfmot", "steps", "L.Bidirectional(prune.prune_low_magnitude(L.LSTM(3)))(x)"),
    ("tfmot", "line", "half: prune.prune_low_magnitude(L.Dense(3))(x)"),
    ("tfmot", "ids", "L.LSTM(3)(prune.prune_low_magnitude(L.Embedding(10, 3, mask_zero=True))(x))"),
]

_QUANTISED = """
line: L.Dense(3) | L.Dense(3, activation="relu") | L.Dense(3, activation="softmax") | L.Dense(3, activation="sigmoid")
line: L.Dense(3, activation="tanh") | L.Dense(3, activation="swish") | L.Dense(3, activation="gelu", use_bias=False)
line: L.ReLU(6.0) | L.ReLU(negative_slope=0.1) | L.Softmax() | L.LeakyReLU() | L.Activation("relu") | L.Activation("tanh")
line: L.Activation("swish") | L.Activation("softmax") | L.Activation("sigmoid") | L.Activation("linear") | L.Dropout(0.3)
line: L.Activation("relu6") | L.PReLU() | L.ELU() | L.Rescaling(2.0) | L.Reshape((2, 3)) | L.BatchNormalization()
line: L.Activation("elu") | L.Activation("hard_sigmoid") | L.Activation("softplus") | L.ThresholdedReLU()
image: L.Conv2D(3, 2) | L.Conv2D(3, 2, activation="relu") | L.Conv2D(3, 2, activation="softmax", padding="same")
image: L.Conv2D(4, 2, groups=2) | L.Conv2D(3, 2, activation="tanh") | L.Conv2D(3, 2, dilation_rate=2, use_bias=False)
image: L.DepthwiseConv2D(2) | L.DepthwiseConv2D(2, depth_multiplier=2, activation="relu") | L.SeparableConv2D(3, 2)
image: L.Conv2DTranspose(3, 2, strides=2) | L.Conv2DTranspose(3, 2, activation="relu") | L.MaxPooling2D()
image: L.AveragePooling2D() | L.GlobalAveragePooling2D() | L.GlobalMaxPooling2D() | L.ZeroPadding2D() | L.UpSampling2D()
image: L.UpSampling2D(interpolation="bilinear") | L.Cropping2D() | L.Flatten() | L.Permute((2, 1, 3)) | L.BatchNormalization()
image: L.SpatialDropout2D(0.2) | L.Resizing(3, 3) | L.Dense(3)
steps: L.Conv1D(3, 2) | L.SeparableConv1D(3, 2) | L.GlobalAveragePooling1D() | L.Dense(3, activation="relu") | L.MaxPooling1D()
steps: L.LSTM(3) | L.LayerNormalization()
ids: L.Embedding(10, 3)
"""
for _line in _QUANTISED.strip().splitlines():
    _kind, _, _layers = _line.partition(": ")
    CASES += [
        ("tfmot", _kind, "quantize.quantize_model(keras.Model(x, {}(x)))".format(_layer)) for _layer in _layers.split(" | ")
    ]
CASES += [
    ("tfmot", kinds, "quantize.quantize_model(keras.Model({}, {}))".format(inputs, text))
    for kinds, inputs, text in (
        ("image", "x", "L.ReLU()(L.BatchNormalization()(L.Conv2D(3, 2)(x)))"),
        ("image", "x", "L.ReLU(6.0)(L.BatchNormalization()(L.DepthwiseConv2D(2, use_bias=False)(x)))"),
        ("image", "x", "L.Activation(\"relu\")(L.BatchNormalization()(L.Conv2D(3, 2)(x)))"),
        ("image", "x", "L.BatchNormalization()(L.Conv2D(3, 2)(x))"),
        ("image", "x", "L.BatchNormalization()(L.Conv2D(3, 2, activation=\"relu\")(x))"),
        ("image", "x", "L.ReLU()(L.Conv2D(3, 2)(x))"),
        ("image", "x", "L.Activation(\"swish\")(L.BatchNormalization()(L.Conv2D(3, 2)(x)))"),
        ("image", "x", "L.BatchNormalization()(L.Conv2DTranspose(3, 2)(x))"),
        ("image", "x", "L.ReLU()(L.SeparableConv2D(3, 2)(x))"),
        ("line", "x", "L.ReLU()(L.BatchNormalization()(L.Dense(3)(x)))"),
        ("line", "x", "L.ReLU()(L.Dense(3)(x))"),
        ("image image", "[x, y]", "L.Add()([x, y])"),
        ("image image", "[x, y]", "L.Concatenate()([x, y])"),
        ("image image", "[x, y]", "L.Multiply()([x, y])"),
        ("image image", "[x, y]", "L.Subtract()([x, y])"),
        ("image image", "[x, y]", "L.Maximum()([x, y])"),
        ("image image", "[x, y]", "L.Average()([x, y])"),
        ("image image", "[x, y]", "L.ReLU()(L.Add()([L.Conv2D(4, 3, padding=\"same\")(x), y]))"),
        ("image image", "[x, y]", "L.Concatenate()([L.Conv2D(4, 3, padding=\"same\")(x), L.ReLU()(y)])"),
        ("image image", "[x, y]", "L.Concatenate()([L.Conv2D(2, 1)(L.Concatenate()([x, y])), y])"),
    )
]  # fmt: skip

_CONTRIB = """
image: InstanceNormalization(axis=1) | InstanceNormalization(axis=2, epsilon=0.1) | InstanceNormalization(axis=3)
image: InstanceNormalization(center=False) | InstanceNormalization(scale=False) | InstanceNormalization(axis=-1, scale=False)
image: InstanceNormalization(axis=1, center=False) | InstanceNormalization(axis=-2)
steps: InstanceNormalization() | InstanceNormalization(axis=1) | InstanceNormalization(axis=-1, epsilon=0.5)
line: InstanceNormalization() | InstanceNormalization(center=False, scale=False)
wide: InstanceNormalization(axis=-1) | InstanceNormalization() | GroupNormalization(groups=2)
image: GroupNormalization(groups=2) | GroupNormalization(groups=4, epsilon=0.1) | GroupNormalization(groups=2, axis=1)
image: GroupNormalization(groups=2, scale=False) | GroupNormalization(groups=2, center=False, scale=False)
image: GroupNormalization(groups=2, axis=2) | GroupNormalization(groups=3, axis=1, center=False) | GroupNormalization(4, axis=3)
steps: GroupNormalization(groups=2) | GroupNormalization(groups=3, axis=1)
line: GroupNormalization(groups=2) | GroupNormalization(groups=3)
line: PELU() | SReLU() | SineReLU() | SineReLU(epsilon=0.5) | Swish() | Swish(2.0) | Swish(0.5, trainable=True)
image: PELU() | PELU(shared_axes=[1, 2]) | PELU(shared_axes=[3]) | SReLU() | SReLU(shared_axes=[1]) | SReLU(shared_axes=[1, 2, 3])
steps: PELU(shared_axes=[1]) | SReLU() | Swish(trainable=True)
line: CosineDense(3) | CosineDense(3, use_bias=False) | CosineDense(3, activation="relu")
steps: CosineDense(3)
image: CosineConvolution2D(3, 2) | CosineConvolution2D(3, (2, 3), padding="same", use_bias=False)
image: CosineConvolution2D(3, 2, strides=2, activation="tanh") | CosineConvolution2D(3, 3, padding="same", strides=(2, 1))
image: CosineConvolution2D(3, 2, data_format="channels_first")
image: SubPixelUpscaling(2) | SubPixelUpscaling(scale_factor=2, data_format="channels_first")
steps: Capsule(3, 4) | Capsule(3, 4, routings=1) | Capsule(2, 4, routings=4, activation="squash") | Capsule(2, 3, share_weights=False)
steps: Capsule(2, 3, activation="linear") | Capsule(3, 2, activation="tanh", routings=2)
steps: CRF(3) | CRF(3, learn_mode="marginal") | CRF(3, test_mode="marginal") | CRF(3, use_boundary=False, activation="relu")
steps: CRF(3, learn_mode="marginal", test_mode="viterbi") | CRF(3, use_bias=False) | CRF(3, unroll=True)
steps: CRF(3, input_dim=4, sparse_target=True)
"""
CASES += list(_listed("contrib", "C.", _CONTRIB))
CASES += [
    ("contrib", "steps", "C.CRF(3)(L.Masking()(x))"),
    ("contrib", "steps", "C.CRF(3, learn_mode=\"marginal\")(L.Masking()(x))"),
    ("contrib", "steps", "C.CRF(3, use_boundary=False)(L.Masking()(x))"),
    ("contrib", "steps", "L.TimeDistributed(C.PELU())(x)"),
    ("contrib", "steps", "L.TimeDistributed(C.CosineDense(3))(x)"),
    ("contrib", "image", "L.TimeDistributed(C.InstanceNormalization())(x)"),
    ("contrib", "steps", "L.LSTM(3)(C.InstanceNormalization()(L.Masking()(x)))"),
    ("contrib", "steps", "L.LSTM(3)(C.CosineDense(3)(L.Masking()(x)))"),
    ("contrib", "steps", "L.LSTM(3)(C.Swish()(L.Masking()(x)))"),
    ("contrib", "steps", "C.Capsule(2, 3)(L.Masking()(x))"),
    ("contrib", "steps", "L.LSTM(3)(C.Capsule(2, 3)(L.Masking()(x)))"),
    ("contrib", "steps", "L.Bidirectional(L.LSTM(3))(C.InstanceNormalization(axis=-1)(x))"),
]  # fmt: skip
CASES += [
    ("tfmot", kinds, "L.LSTM(3)({}({}))".format(layer, behind))
    for kinds, layer, behind in (
        ("ids", "cluster.cluster_weights(L.Embedding(10, 3, mask_zero=True), number_of_clusters=3, "
                "cluster_centroids_init=cluster.CentroidInitialization.LINEAR)", "x"),
        ("steps", "prune.prune_low_magnitude(L.Dense(3))", "L.Masking()(x)"),
        ("steps", "cluster.cluster_weights(L.Dense(3), number_of_clusters=3, "
                  "cluster_centroids_init=cluster.CentroidInitialization.LINEAR)", "L.Masking()(x)"),
        ("steps", "prune.prune_low_magnitude(L.Conv1D(3, 2))", "L.Masking()(x)"),
    )
]  # fmt: skip

_RESNET = """
image: BatchNormalization() | BatchNormalization(freeze=True) | BatchNormalization(freeze=True, axis=1, epsilon=0.1)
image: BatchNormalization(freeze=True, axis=2, center=False) | BatchNormalization(freeze=False, scale=False, momentum=0.5)
line: BatchNormalization(freeze=True, scale=False, center=False)
"""
_SELF_ATTENTION = """
steps: SeqSelfAttention() | SeqSelfAttention(units=3, attention_activation="sigmoid", use_additive_bias=False)
steps: SeqSelfAttention(attention_type="multiplicative") | SeqSelfAttention(attention_width=3)
steps: SeqSelfAttention(attention_type="multiplicative", use_attention_bias=False, attention_activation="softmax")
steps: SeqSelfAttention(history_only=True) | SeqSelfAttention(attention_regularizer_weight=0.1, kernel_regularizer="l2")
steps: SeqSelfAttention(attention_type="multiplicative", return_attention=True) | SeqWeightedAttention()
steps: SeqWeightedAttention(use_bias=False) | SeqWeightedAttention(return_attention=True)
steps: ScaledDotProductAttention() | ScaledDotProductAttention(history_only=True)
open: SeqSelfAttention(units=2) | SeqWeightedAttention()
"""
_CYBERZHG = """
steps: P.PositionEmbedding(9, 4, mode="add") | P.PositionEmbedding(9, 3, mode="concat") | P.TrigPosEmbedding("add")
steps: P.TrigPosEmbedding("concat", 4) | P.TrigPosEmbedding("concat", 6) | M.MultiHeadAttention(2) | M.MultiHeadAttention(1)
steps: M.MultiHeadAttention(2, activation="relu") | M.MultiHeadAttention(2, use_bias=False, activation=None)
steps: M.MultiHeadAttention(4, history_only=True) | F.FeedForward(5) | F.FeedForward(5, activation="relu", use_bias=False)
steps: F.FeedForward(3, activation="tanh", dropout_rate=0.4) | N.LayerNormalization() | N.LayerNormalization(center=False)
steps: N.LayerNormalization(scale=False, epsilon=0.1) | N.LayerNormalization(center=False, scale=False)
line: N.LayerNormalization(epsilon=1e-3)
ids: P.PositionEmbedding(9, 4, mode="expand") | P.TrigPosEmbedding("expand", 4)
"""
CASES += list(_listed("resnet", "R.", _RESNET)) + list(_listed("self_attention", "A.", _SELF_ATTENTION))
CASES += list(_listed("cyberzhg", "", _CYBERZHG))
CASES += [
    (package, "ids", call.replace("(x)", "(L.Embedding(10, 4, mask_zero=True)(x))"))
    for package, prefix, table in (("self_attention", "A.", _SELF_ATTENTION), ("cyberzhg", "", _CYBERZHG))
    for _, kind, call in _listed(package, prefix, table)
    if kind == "steps" and "mode=" not in call
]
CASES += [
    ("cyberzhg", "steps steps", "M.MultiHeadAttention(2)([x, y, y])"),
    ("cyberzhg", "steps steps steps", "M.MultiHeadAttention(2, use_bias=False)([x, y, z])"),
    ("self_attention", "steps steps steps", "A.ScaledDotProductAttention()([x, y, z])"),
    ("retinanet", "wide wide", "D.UpsampleLike()([x, y])"),
    ("retinanet", "image image", "D.UpsampleLike()([x, y])"),
    ("retinanet", "wide", "D.Anchors(32, 8)(x)"),
    ("retinanet", "wide", "D.Anchors(16, 4, ratios=np.array([0.5, 1.0, 3.0]), scales=np.array([1.0]))(x)"),
    ("retinanet", "steps steps", "D.RegressBoxes()([x, y])"),
    ("retinanet", "steps steps", "D.RegressBoxes(mean=[0.1, 0.0, 0.2, 0.0], std=[0.1, 0.2, 0.3, 0.4])([x, y])"),
    ("retinanet", "wide steps", "D.ClipBoxes()([x, y])"),
    ("retinanet", "image", "L.Conv2D(2, 1, bias_initializer=I.PriorProbability(probability=0.2))(x)"),
]
