"""Layers drawn at random, by the rank of the tensor that they take.

Every function takes ``(kit, pick, shape)``, where ``pick`` draws (see ``draw_models.Pick``) and ``shape`` is the static
shape without the batch, and answers a layer. What an era has not raises there, and the drawing goes on without it.
"""

from draw_spelling import spell

ACTIVATIONS = ("relu", "tanh", "sigmoid", "hard_sigmoid", "softplus", "softsign", "linear", "softmax")
NEWER_ACTIVATIONS = ("elu", "selu", "swish", "gelu", "exponential")


def activation(kit, pick):
    """The name of an activation that the era may have."""
    return pick.one(ACTIVATIONS if pick.chance(0.7) else NEWER_ACTIVATIONS)


def dense(kit, pick, shape):
    """Dense, on the last axis."""
    options = {}
    if pick.chance(0.2):
        options["kernel_regularizer"] = "l2"
    if pick.chance(0.1):
        options["kernel_constraint"] = "maxnorm" if kit.keras1 else "max_norm"
    return spell(
        kit,
        "Dense",
        units=pick.size(),
        activation=activation(kit, pick),
        use_bias=pick.chance(0.8),
        **options,
    )


def pointwise(kit, pick, shape):
    """A layer of one number: activations, noise, masks of training."""
    kind = pick.one(
        "Activation LeakyReLU PReLU ELU ThresholdedReLU ReLU Softmax Dropout GaussianNoise GaussianDropout "
        "AlphaDropout ActivityRegularization Rescaling".split()
    )
    if kind == "Activation":
        return spell(kit, kind, activation=activation(kit, pick))
    if kind in ("LeakyReLU", "ELU"):
        return spell(kit, kind, alpha=pick.number(0.05, 0.9))
    if kind == "PReLU":
        return spell(kit, kind, **({"shared_axes": [1]} if len(shape) > 1 and pick.chance(0.5) else {}))
    if kind == "ThresholdedReLU":
        return spell(kit, kind, theta=pick.number(0.1, 1.0))
    if kind == "ReLU":
        options = {"max_value": pick.one((None, 1.5, 6.0))}
        if pick.chance(0.5):
            options.update(negative_slope=pick.number(0.0, 0.5), threshold=pick.number(0.0, 0.5))
        return spell(kit, kind, **options)
    if kind == "Softmax":
        return spell(kit, kind, axis=pick.one((-1, len(shape))))
    if kind in ("Dropout", "GaussianDropout", "AlphaDropout"):
        return spell(kit, kind, rate=0.3)
    if kind == "GaussianNoise":
        return spell(kit, kind, stddev=0.2)
    if kind == "Rescaling":
        return kit.preprocessing(kind)(pick.number(0.1, 2.0), offset=pick.number(-1.0, 1.0))
    return spell(kit, kind, l1=0.01, l2=0.01)


def normalising(kit, pick, shape):
    """BatchNormalization, LayerNormalization, UnitNormalization, GroupNormalization, Normalization."""
    kind = pick.one(
        "BatchNormalization BatchNormalization LayerNormalization UnitNormalization GroupNormalization".split()
    )
    if kind == "GroupNormalization":
        return spell(kit, kind, groups=1, epsilon=0.01)
    if kind == "UnitNormalization":
        return spell(kit, kind, axis=-1)
    options = {"epsilon": pick.one((1e-5, 1e-3, 0.1))}
    if pick.chance(0.4):
        options["axis"] = pick.one(list(range(1, len(shape) + 1))) if kind[0] == "B" else -1
    if not kit.keras1 and pick.chance(0.4):
        options.update(scale=pick.chance(0.5), center=pick.chance(0.5))
    return spell(kit, kind, **options)


def reshaping(kit, pick, shape):
    """Flatten, Reshape, Permute, RepeatVector: the same numbers elsewhere."""
    if len(shape) == 1:
        if pick.chance(0.5):
            return spell(kit, "RepeatVector", n=pick.one((2, 3, 5)))
        n = shape[0]
        for rows in (2, 3, 4, 5):
            if n % rows == 0 and pick.chance(0.7):
                return spell(kit, "Reshape", target_shape=pick.one(((rows, n // rows), (rows, -1))))
        return spell(kit, "Reshape", target_shape=(n, 1))
    if pick.chance(0.4):
        order = list(range(1, len(shape) + 1))
        pick.rng.shuffle(order)
        return spell(kit, "Permute", dims=tuple(order))
    if len(shape) == 2 and shape[0] is not None and pick.chance(0.5):
        return spell(kit, "Reshape", target_shape=(shape[0], shape[1], 1))
    return spell(kit, "Flatten")


def recurrent_options(kit, pick):
    """Options that LSTM, GRU and SimpleRNN share."""
    options = {"units": pick.size()}
    if pick.chance(0.3):
        options["go_backwards"] = True
    if pick.chance(0.2):
        options["unroll"] = True
    if pick.chance(0.3):
        options["activation"] = pick.one(("tanh", "relu", "sigmoid", "linear", "softsign"))
    if pick.chance(0.2) and not kit.keras1:
        options["use_bias"] = False
    if pick.chance(0.2) and not kit.keras1:
        options["implementation"] = pick.one((1, 2))
    if pick.chance(0.15):
        options["dropout"] = 0.3
    if pick.chance(0.15):
        options["recurrent_dropout"] = 0.3
    return options


def one_recurrent(kit, pick, sequences):
    """A recurrent layer of one cell."""
    kind = pick.one(("LSTM", "GRU", "SimpleRNN"))
    options = recurrent_options(kit, pick)
    options["return_sequences"] = sequences
    if kind != "SimpleRNN" and pick.chance(0.3):
        options["recurrent_activation"] = pick.one(("sigmoid", "hard_sigmoid", "tanh"))
    if kind == "LSTM" and pick.chance(0.2) and not kit.keras1:
        options["unit_forget_bias"] = False
    if kind == "GRU" and not kit.keras1 and pick.chance(0.4):
        options["reset_after"] = pick.chance(0.5)
    return spell(kit, kind, **options)


def stacked_cells(kit, pick, sequences):
    """``RNN`` over a list of cells."""
    L = kit.layers
    cells = [
        getattr(L, pick.one(("LSTMCell", "GRUCell", "SimpleRNNCell")))(pick.size())
        for _ in range(pick.one((1, 2, 3)))
    ]
    return L.RNN(cells, return_sequences=sequences, go_backwards=pick.chance(0.3), unroll=pick.chance(0.2))


def recurrent(kit, pick, shape):
    """A recurrent layer, both directions, or a stack of cells."""
    sequences = pick.chance(0.5)
    draw = pick.number(0.0, 1.0)
    if draw < 0.6:
        return one_recurrent(kit, pick, sequences)
    if draw < 0.85:
        modes = ("concat", "sum", "mul", "ave", None) if pick.chance(0.2) else ("concat", "sum", "mul", "ave")
        return kit.layers.Bidirectional(one_recurrent(kit, pick, sequences), merge_mode=pick.one(modes))
    return stacked_cells(kit, pick, sequences)


def borders(kit, pick, dimensions, least):
    """Convolution windows: size, padding and either strides or a dilation."""
    options = {"kernel_size": tuple(pick.one((1, 2, 3)) for _ in range(dimensions))}
    options["padding"] = pick.one(("valid", "same"))
    if pick.chance(0.4):
        options["strides"] = (2,) * dimensions
    elif pick.chance(0.3) and not kit.keras1:
        options["dilation_rate"] = (2,) * dimensions
    if least < 5:
        options["padding"] = "same"
    if dimensions == 1:
        options = {key: value[0] if isinstance(value, tuple) else value for key, value in options.items()}
    return options


def convolution(kit, pick, shape):
    """A convolution of any kind over one to three dimensions."""
    dimensions = len(shape) - 1
    options = borders(kit, pick, dimensions, min(size or 5 for size in shape[:-1]))
    kinds = ["Conv{}D".format(dimensions)] * 3
    if dimensions == 1:
        kinds += ["SeparableConv1D", "LocallyConnected1D", "Conv1DTranspose", "DepthwiseConv1D"]
    if dimensions == 2:
        kinds += ["SeparableConv2D", "DepthwiseConv2D", "Conv2DTranspose", "LocallyConnected2D"]
    if dimensions == 3:
        kinds += ["Conv3DTranspose"]
    kind = pick.one(kinds)
    options["activation"] = activation(kit, pick)
    options["use_bias"] = pick.chance(0.8)
    if kind.startswith("Depthwise"):
        options["depth_multiplier"] = pick.one((1, 2))
    else:
        options["filters"] = pick.size()
    if kind.startswith("Separable"):
        options["depth_multiplier"] = pick.one((1, 2))
    if kind.startswith("Locally"):
        options["padding"] = "valid"
        options.pop("dilation_rate", None)
    if kind == "Conv1D" and pick.chance(0.3) and not kit.keras1:
        options["padding"] = "causal"
    if kind in ("Conv1D", "Conv2D") and pick.chance(0.2) and shape[-1] in (2, 4, 6) and not kit.standalone:
        options.update(groups=2, filters=4)
    return spell(kit, kind, **options)


def pooling(kit, pick, shape):
    """Pooling, local or over everything."""
    dimensions = len(shape) - 1
    kind = pick.one(("MaxPooling", "AveragePooling", "GlobalMaxPooling", "GlobalAveragePooling"))
    name = "{}{}D".format(kind, dimensions)
    if kind.startswith("Global"):
        keep = {"keepdims": True} if not kit.standalone and pick.chance(0.2) else {}
        return spell(kit, name, **keep)
    options = {"pool_size": (2,) * dimensions, "padding": pick.one(("valid", "same"))}
    if pick.chance(0.3):
        options["strides"] = (pick.one((1, 2)),) * dimensions
    if dimensions == 1:
        options = {key: value[0] if isinstance(value, tuple) else value for key, value in options.items()}
    return spell(kit, name, **options)


def resizing(kit, pick, shape):
    """Zero padding, cropping, up-sampling, resizing, cutting."""
    dimensions = len(shape) - 1
    kind = pick.one(("ZeroPadding", "Cropping", "UpSampling", "UpSampling"))
    name = "{}{}D".format(kind, dimensions)
    if kind == "UpSampling":
        options = {"size": (2,) * dimensions if dimensions > 1 else 2}
        if dimensions == 2 and pick.chance(0.5) and not kit.keras1:
            options["interpolation"] = "bilinear"
        return spell(kit, name, **options)
    if kind == "ZeroPadding":
        return spell(
            kit, name, padding=(pick.one((1, 2)),) * dimensions if dimensions > 1 else pick.one((1, (0, 2)))
        )
    if min(size or 5 for size in shape[:-1]) < 4:
        return None
    return spell(kit, name, cropping=((1, 0),) * dimensions if dimensions > 1 else (1, 1))


def per_step(kit, pick, shape):
    """``TimeDistributed`` around a layer of the next lower rank."""
    inner = {2: (dense, pointwise), 3: (recurrent, convolution, pooling), 4: (convolution, pooling)}[
        len(shape)
    ]
    layer = pick.one(inner)(kit, pick, shape[1:])
    return kit.layers.TimeDistributed(layer)


def masking(kit, pick, shape):
    """A mask for steps of zeros."""
    return spell(kit, "Masking", mask_value=0.0)


def convolutional_recurrent(kit, pick, shape):
    """ConvLSTM2D over (steps, rows, columns, channels)."""
    return spell(
        kit,
        "ConvLSTM2D",
        filters=pick.one((2, 3)),
        kernel_size=(2, 2),
        padding=pick.one(("same", "valid")),
        return_sequences=pick.chance(0.4),
        go_backwards=pick.chance(0.3),
    )


BY_RANK = {
    1: (dense, dense, pointwise, normalising, reshaping),
    2: (
        dense,
        pointwise,
        normalising,
        reshaping,
        recurrent,
        recurrent,
        recurrent,
        convolution,
        pooling,
        resizing,
        per_step,
        masking,
    ),
    3: (dense, pointwise, normalising, reshaping, convolution, convolution, pooling, resizing, per_step),
    4: (pointwise, normalising, convolution, pooling, resizing, per_step, convolutional_recurrent),
}
