import inspect


def takes_argument(function, name, accept_all=False):
    """Whether a function takes an argument by keyword, what keras.utils.generic_utils.has_arg told."""
    parameters = inspect.signature(function).parameters.values()
    if accept_all and any(found.kind is found.VAR_KEYWORD for found in parameters):
        return True
    kinds = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    return any(found.name == name and found.kind in kinds for found in parameters)


def masked(layer):
    return takes_argument(layer.call, "mask")
