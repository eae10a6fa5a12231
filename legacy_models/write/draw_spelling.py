"""One spelling of layers for all eras: the names and arguments of Keras 2, written for Keras 1 where that is installed."""

CLASSES = {
    "Conv1D": "Convolution1D",
    "Conv2D": "Convolution2D",
    "Conv3D": "Convolution3D",
    "SeparableConv2D": "SeparableConvolution2D",
}
ARGUMENTS = {
    "units": "output_dim",
    "filters": "nb_filter",
    "use_bias": "bias",
    "kernel_initializer": "init",
    "kernel_regularizer": "W_regularizer",
    "kernel_constraint": "W_constraint",
    "padding": "border_mode",
    "dilation_rate": "atrous_rate",
    "rate": "p",
    "recurrent_activation": "inner_activation",
    "recurrent_dropout": "dropout_U",
    "dropout": "dropout_W",
}
STRIDE = {
    "Conv1D": "subsample_length",
    "Conv2D": "subsample",
    "Conv3D": "subsample",
    "SeparableConv2D": "subsample",
}
KERNEL = {
    "Conv1D": ("filter_length",),
    "Conv2D": ("nb_row", "nb_col"),
    "Conv3D": ("kernel_dim1", "kernel_dim2", "kernel_dim3"),
    "SeparableConv2D": ("nb_row", "nb_col"),
}
SIZES = {"MaxPooling1D": "pool_length", "AveragePooling1D": "pool_length", "UpSampling1D": "length"}


def spell(kit, name, **arguments):
    """An instance of the layer; raises what the era raises for what it has not."""
    if not kit.keras1:
        return getattr(kit.layers, name)(**arguments)
    made = {}
    for key, value in arguments.items():
        if key == "strides" and name in STRIDE:
            made[STRIDE[name]] = value
        elif key == "kernel_size":
            sizes = value if isinstance(value, tuple) else (value,)
            made.update(zip(KERNEL[name], sizes))
        elif key == "strides" and name.endswith("1D"):
            made["stride"] = value
        elif key in ("pool_size", "size") and name in SIZES:
            made[SIZES[name]] = value
        elif key == "data_format":
            made["dim_ordering"] = "th" if value == "channels_first" else "tf"
        elif key == "rate" and name.startswith("Gaussian"):
            made["p"] = value
        elif key == "stddev":
            made["sigma"] = value
        else:
            made[ARGUMENTS.get(key, key)] = value
    return getattr(kit.layers, CLASSES.get(name, name))(**made)


def merged(kit, how, tensors, axis=-1):
    """Tensors joined by a merging layer; ``how`` is the name of Keras 2."""
    if kit.keras1:
        modes = {
            "Add": "sum",
            "Multiply": "mul",
            "Average": "ave",
            "Maximum": "max",
            "Concatenate": "concat",
            "Dot": "dot",
        }
        options = {"concat_axis": axis} if how == "Concatenate" else {}
        if how == "Dot":
            options = {"dot_axes": axis}
        return kit.layers.merge(tensors, mode=modes[how], **options)
    layer = getattr(kit.layers, how)
    if how == "Concatenate":
        return layer(axis=axis)(tensors)
    return layer(axes=axis)(tensors) if how == "Dot" else layer()(tensors)
