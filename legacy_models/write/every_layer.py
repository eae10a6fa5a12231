"""Every layer of stand-alone Keras with each of its arguments, one value after the other, and some together.

A table only: the kind of input, the arguments that a layer cannot do without, and the values of each other one. It is
written with the names of Keras 2; ``draw_spelling.py`` writes them for Keras 1, what only Keras 1 had stands in ``KERAS1``.
"""

NUMBERS = ("relu", "tanh", "sigmoid", "hard_sigmoid", "softplus", "softsign", "linear", "elu", "selu", "exponential",
           "softmax")  # fmt: skip
FIRST = {"data_format": ("channels_first", "channels_last")}
GATES = {
    "activation": ("relu", "linear", "hard_sigmoid", "softsign", "elu", None),
    "recurrent_activation": ("sigmoid", "hard_sigmoid", "tanh", "linear", "softmax"),
    "use_bias": (False,),
    "return_sequences": (True,),
    "return_state": (True,),
    "go_backwards": (True,),
    "unroll": (True,),
    "dropout": (0.4,),
    "recurrent_dropout": (0.4,),
    "implementation": (0, 1, 2),
}


def without(table, *names):
    """The table without some arguments."""
    return {name: values for name, values in table.items() if name not in names}


def window(*strides):
    """Arguments of a window over one axis or several."""
    dims = len(strides)

    def wide(n):
        return n if dims == 1 else (n,) * dims

    return {"padding": ("same",), "strides": (wide(2), wide(3)), "kernel_size": (wide(1), wide(3), wide(4))}


def convolution(*strides):
    """Arguments of a convolution."""
    dims = len(strides)
    table = window(*strides)
    table.update(use_bias=(False,), activation=("relu", "hard_sigmoid", "softmax"), dilation_rate=(2, 3))
    if dims > 1:
        table.update(FIRST, dilation_rate=((2,) * dims, (1,) * (dims - 1) + (2,)))
        table["kernel_size"] += ((3,) + (2,) * (dims - 1),)
    else:
        table["padding"] += ("causal",)
    return table


def pool(dims):
    """Arguments of pooling."""

    def wide(n):
        return n if dims == 1 else (n,) * dims

    table = {"padding": ("same",), "strides": (wide(1), wide(3)), "pool_size": (wide(1), wide(3), wide(4))}
    if dims > 1:
        table.update(FIRST)
        table["pool_size"] += ((3,) + (2,) * (dims - 1),)
    return table


LAYERS = [
    ("line", "Activation", {"activation": "relu"}, {"activation": NUMBERS}),
    ("line", "Dense", {"units": 3}, {
        "activation": NUMBERS, "use_bias": (False,), "kernel_regularizer": ("l1", "l2"), "bias_regularizer": ("l2",),
        "kernel_constraint": ("max_norm", "non_neg", "unit_norm"), "bias_constraint": ("non_neg",),
        "kernel_initializer": ("zeros", "ones", "he_normal", "lecun_uniform", "orthogonal"),
        "activity_regularizer": ("l1",)}),
    ("steps", "Dense", {"units": 3}, {"activation": ("softmax", "tanh")}),
    ("image", "Dense", {"units": 3}, {"activation": ("softmax",)}),
    ("line", "LeakyReLU", {}, {"alpha": (0.0, 0.01, 1.0, -0.5)}),
    ("line", "ELU", {}, {"alpha": (0.0, 0.3, 2.0, -1.0)}),
    ("line", "ReLU", {}, {"max_value": (0.0, 1.5, 6.0), "negative_slope": (0.2, 1.0), "threshold": (0.5, 1.0)}),
    ("line", "ThresholdedReLU", {}, {"theta": (0.0, 0.5, 2.0)}),
    ("line", "PReLU", {}, {}),
    ("image", "PReLU", {}, {"shared_axes": ([1], [1, 2], [3], [1, 2, 3])}),
    ("image", "Softmax", {}, {"axis": (1, 2, 3, -2)}),
    ("line", "Softmax", {}, {"axis": (1, -1)}),
    ("steps", "Masking", {}, {"mask_value": (0.0, 1.0, -1.0)}),
    ("steps", "Dropout", {"rate": 0.5}, {"rate": (0.0,), "noise_shape": ((None, 1, 3),), "seed": (3,)}),
    ("steps", "SpatialDropout1D", {"rate": 0.5}, {}),
    ("image", "SpatialDropout2D", {"rate": 0.5}, FIRST),
    ("video", "SpatialDropout3D", {"rate": 0.5}, FIRST),
    ("steps", "GaussianNoise", {"stddev": 0.5}, {}),
    ("steps", "GaussianDropout", {"rate": 0.5}, {}),
    ("steps", "AlphaDropout", {"rate": 0.5}, {"seed": (3,)}),
    ("line", "ActivityRegularization", {}, {"l1": (0.1,), "l2": (0.1,)}),
    ("image", "Reshape", {"target_shape": (-1,)}, {"target_shape": ((-1, 3), (4, -1), (2, 2, -1, 3), (5, 4, 3))}),
    ("image", "Permute", {"dims": (2, 1, 3)}, {"dims": ((3, 1, 2), (3, 2, 1), (1, 2, 3))}),
    ("image", "Flatten", {}, FIRST),
    ("steps", "Flatten", {}, FIRST),
    ("line", "RepeatVector", {"n": 3}, {"n": (1,)}),
    ("steps", "Conv1D", {"filters": 3, "kernel_size": 2}, convolution(1)),
    ("open", "Conv1D", {"filters": 3, "kernel_size": 2}, {"padding": ("same", "causal"), "strides": (2,)}),
    ("image", "Conv2D", {"filters": 3, "kernel_size": (2, 2)}, convolution(1, 1)),
    ("small", "Conv2D", {"filters": 3, "kernel_size": (2, 2)}, {"padding": ("same",), "strides": ((2, 2), (3, 3))}),
    ("video", "Conv3D", {"filters": 2, "kernel_size": (2, 2, 2)}, convolution(1, 1, 1)),
    ("image", "Conv2DTranspose", {"filters": 3, "kernel_size": (2, 2)},
     dict(convolution(1, 1), output_padding=((0, 0), (1, 1), 1))),
    ("video", "Conv3DTranspose", {"filters": 2, "kernel_size": (2, 2, 2)},
     dict(without(convolution(1, 1, 1), "dilation_rate"), output_padding=((0, 0, 0), (1, 1, 1)))),
    ("steps", "SeparableConv1D", {"filters": 3, "kernel_size": 2}, dict(convolution(1), depth_multiplier=(2,))),
    ("image", "SeparableConv2D", {"filters": 3, "kernel_size": (2, 2)},
     dict(convolution(1, 1), depth_multiplier=(2, 3))),
    ("image", "DepthwiseConv2D", {"kernel_size": (2, 2)}, dict(convolution(1, 1), depth_multiplier=(2, 3))),
    ("steps", "LocallyConnected1D", {"filters": 3, "kernel_size": 2}, without(convolution(1), "dilation_rate")),
    ("image", "LocallyConnected2D", {"filters": 3, "kernel_size": (2, 2)},
     without(convolution(1, 1), "dilation_rate")),
    ("steps", "UpSampling1D", {}, {"size": (1, 3)}),
    ("image", "UpSampling2D", {}, dict(FIRST, size=((2, 3), (1, 1)), interpolation=("nearest", "bilinear"))),
    ("video", "UpSampling3D", {}, dict(FIRST, size=((1, 2, 3),))),
    ("steps", "ZeroPadding1D", {}, {"padding": (0, 2, (0, 3), (2, 1))}),
    ("image", "ZeroPadding2D", {}, dict(FIRST, padding=(2, (0, 1), ((1, 2), (0, 3))))),
    ("video", "ZeroPadding3D", {}, dict(FIRST, padding=(2, (0, 1, 2), ((1, 2), (0, 3), (1, 0))))),
    ("steps", "Cropping1D", {}, {"cropping": (0, 1, (0, 2), (2, 1))}),
    ("image", "Cropping2D", {}, dict(FIRST, cropping=(1, (0, 1), ((1, 0), (0, 2))))),
    ("video", "Cropping3D", {}, dict(FIRST, cropping=(1, (0, 1, 1), ((1, 0), (0, 2), (1, 1))))),
    ("steps", "MaxPooling1D", {}, dict(pool(1), **FIRST)),
    ("steps", "AveragePooling1D", {}, dict(pool(1), **FIRST)),
    ("image", "MaxPooling2D", {}, pool(2)),
    ("image", "AveragePooling2D", {}, pool(2)),
    ("video", "MaxPooling3D", {}, pool(3)),
    ("video", "AveragePooling3D", {}, pool(3)),
    ("steps", "GlobalMaxPooling1D", {}, FIRST),
    ("steps", "GlobalAveragePooling1D", {}, FIRST),
    ("image", "GlobalMaxPooling2D", {}, FIRST),
    ("image", "GlobalAveragePooling2D", {}, FIRST),
    ("video", "GlobalMaxPooling3D", {}, FIRST),
    ("video", "GlobalAveragePooling3D", {}, FIRST),
    ("image", "BatchNormalization", {}, {
        "axis": (1, 2, 3, -1), "epsilon": (1e-6, 1e-5, 0.1), "center": (False,), "scale": (False,),
        "momentum": (0.0, 0.5)}),
    ("line", "BatchNormalization", {}, {"axis": (1, -1), "center": (False,), "scale": (False,)}),
    ("steps", "BatchNormalization", {}, {"axis": (1, 2, -1)}),
    ("ids", "Embedding", {"input_dim": 9, "output_dim": 3}, {
        "mask_zero": (True,), "input_length": (6,), "embeddings_constraint": ("unit_norm",)}),
    ("parts", "Embedding", {"input_dim": 9, "output_dim": 3}, {"mask_zero": (True,)}),
    ("steps", "SimpleRNN", {"units": 3}, without(GATES, "recurrent_activation", "implementation")),
    ("steps", "GRU", {"units": 3}, dict(GATES, reset_after=(True, False))),
    ("steps", "LSTM", {"units": 3}, dict(GATES, unit_forget_bias=(False,))),
    ("open", "LSTM", {"units": 3}, {"return_sequences": (True,), "go_backwards": (True,)}),
    ("frames", "ConvLSTM2D", {"filters": 2, "kernel_size": (2, 2)}, dict(
        without(GATES, "unroll", "implementation"), padding=("same",), strides=((2, 2),), dilation_rate=((2, 2),),
        unit_forget_bias=(False,), **FIRST)),
]  # fmt: skip
"""Kind of input, class, arguments that it needs, and for each other argument its values."""

KERAS1 = [
    ("line", "MaxoutDense", {"output_dim": 3}, {"nb_feature": (1, 2), "bias": (False,)}),
    ("line", "Highway", {}, {"activation": ("relu", "tanh", "linear"), "bias": (False,)}),
    ("steps", "TimeDistributedDense", {"output_dim": 3}, {"activation": ("softmax",), "bias": (False,)}),
    ("image", "ParametricSoftplus", {}, {"shared_axes": ([1], [1, 2], [3])}),
    ("image", "SReLU", {}, {"shared_axes": ([1], [1, 2], [3])}),
    ("line", "SReLU", {}, {}),
    ("steps", "AtrousConvolution1D", {"nb_filter": 3, "filter_length": 2}, {
        "atrous_rate": (1, 2), "border_mode": ("same",), "bias": (False,)}),
    ("image", "AtrousConvolution2D", {"nb_filter": 3, "nb_row": 2, "nb_col": 2}, {
        "atrous_rate": ((1, 1), (2, 2)), "border_mode": ("same",), "bias": (False,), "dim_ordering": ("th", "tf")}),
    ("image", "Deconvolution2D", {"nb_filter": 2, "nb_row": 2, "nb_col": 2, "output_shape": (None, 6, 5, 2)}, {
        "bias": (False,), "activation": ("relu",)}),
    ("image", "Deconvolution2D", {
        "nb_filter": 2, "nb_row": 3, "nb_col": 3, "output_shape": (None, 10, 8, 2), "subsample": (2, 2),
        "border_mode": "same"}, {"bias": (False,)}),
    ("image", "BatchNormalization", {"mode": 2}, {"axis": (1, 3)}),
    ("line", "BatchNormalization", {"mode": 1}, {"axis": (-1,)}),
    ("steps", "SimpleRNN", {"output_dim": 3}, {"consume_less": ("cpu", "mem", "gpu"), "unroll": (True,)}),
    ("steps", "GRU", {"output_dim": 3}, {"consume_less": ("cpu", "mem", "gpu"), "unroll": (True,)}),
    ("steps", "LSTM", {"output_dim": 3}, {"consume_less": ("cpu", "mem", "gpu"), "unroll": (True,)}),
    ("ids", "Embedding", {"input_dim": 9, "output_dim": 3, "dropout": 0.2}, {"mask_zero": (True,)}),
    ("image", "SeparableConvolution2D", {"nb_filter": 3, "nb_row": 2, "nb_col": 2}, {
        "depth_multiplier": (2,), "subsample": ((2, 2),), "border_mode": ("same",), "dim_ordering": ("th", "tf")}),
    ("image", "Convolution2D", {"nb_filter": 3, "nb_row": 2, "nb_col": 2}, {
        "subsample": ((2, 2), (3, 3)), "border_mode": ("same",), "dim_ordering": ("th", "tf"), "bias": (False,)}),
    ("video", "Convolution3D", {"nb_filter": 3, "kernel_dim1": 2, "kernel_dim2": 2, "kernel_dim3": 2}, {
        "subsample": ((2, 2, 2),), "border_mode": ("same",), "dim_ordering": ("th", "tf"), "bias": (False,)}),
    ("image", "MaxPooling2D", {}, {"dim_ordering": ("th", "tf"), "border_mode": ("same",), "strides": ((1, 1),)}),
]  # fmt: skip
"""What Keras 1 alone had, in its own words."""

PER_STEP = [
    ("steps", "Dense", {"units": 3}),
    ("steps", "Activation", {"activation": "softmax"}),
    ("image", "Conv1D", {"filters": 2, "kernel_size": 2, "padding": "same"}),
    ("image", "LSTM", {"units": 3}),
    ("image", "BatchNormalization", {}),
    ("image", "Flatten", {}),
    ("frames", "Conv2D", {"filters": 2, "kernel_size": (2, 2)}),
    ("frames", "MaxPooling2D", {}),
    ("frames", "GlobalAveragePooling2D", {}),
    ("frames", "BatchNormalization", {"axis": 1}),
]
"""What ``TimeDistributed`` is put around."""

MERGES = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot")
"""Layers of two inputs; Concatenate and Dot along several axes."""

COMPILED = {
    "loss": ("mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error",
             "mean_squared_logarithmic_error", "squared_hinge", "hinge", "categorical_hinge", "logcosh", "huber_loss",
             "categorical_crossentropy", "binary_crossentropy", "kullback_leibler_divergence", "poisson",
             "cosine_proximity"),
    "SGD": ({}, {"lr": 0.1}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}, {"decay": 0.1}, {"clipnorm": 0.1},
            {"clipvalue": 0.01}),
    "RMSprop": ({}, {"rho": 0.5}, {"decay": 0.1}, {"epsilon": 1e-3}),
    "Adagrad": ({}, {"decay": 0.1}, {"epsilon": 1e-3}),
    "Adadelta": ({}, {"rho": 0.5}, {"decay": 0.1}),
    "Adam": ({}, {"beta_1": 0.5}, {"beta_2": 0.9}, {"amsgrad": True}, {"decay": 0.1}, {"epsilon": 1e-3}),
    "Adamax": ({}, {"decay": 0.1}),
    "Nadam": ({}, {"schedule_decay": 0.01}),
}  # fmt: skip
"""Losses and optimizers of a model that is saved after three steps and taken one further."""
