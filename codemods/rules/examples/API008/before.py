from keras.utils.generic_utils import has_arg


def masked(layer):
    return has_arg(layer.call, "mask")
