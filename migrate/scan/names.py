"""Allow-lists of names: modules, functions and operations that a configuration of Keras itself can name.

A name that is not listed is not necessarily bad; it is not Keras', and so nothing here vouches for it.
"""

from __future__ import annotations

import builtins
import re
import sys

_ROOTS = (
    "keras",
    "tf_keras",
    "tensorflow.keras",
    "tensorflow.python.keras",
    "keras.api",
    "keras_core",
    "tf.keras",
)

_MODEL_PARTS = frozenset(
    [
        "activations",
        "applications",
        "backend",
        "base_layer",
        "constraints",
        "dtype_policies",
        "engine",
        "initializers",
        "layers",
        "legacy",
        "losses",
        "metrics",
        "mixed_precision",
        "models",
        "ops",
        "optimizer_v1",
        "optimizer_v2",
        "optimizers",
        "quantizers",
        "random",
        "regularizers",
        "trainers",
    ]
)
"""First part below the root (after an optional ``src``) that holds classes of models."""

_FUNCTION_PARTS = frozenset(
    ["activations", "constraints", "initializers", "losses", "metrics", "ops", "regularizers"]
)
"""Of these, the parts whose *functions* a configuration may name."""

_INNOCENT_CLASSES = frozenset(
    {
        ("tensorflow.python.framework.tensor_shape", "TensorShape"),
        ("tensorflow.python.framework.tensor", "TensorSpec"),
        ("tensorflow.python.framework.tensor_spec", "TensorSpec"),
        ("tensorflow.python.framework.sparse_tensor", "SparseTensorSpec"),
        ("tensorflow.python.ops.ragged.ragged_tensor", "RaggedTensorSpec"),
        ("tensorflow.python.trackable.data_structures", "ListWrapper"),
        ("tensorflow.python.training.tracking.data_structures", "ListWrapper"),
        ("tensorflow.python.trackable.data_structures", "_DictWrapper"),
        ("builtins", "dict"),
        ("builtins", "list"),
        ("builtins", "tuple"),
    }
)

_FRIENDS = frozenset(
    {"keras_hub", "keras_cv", "keras_nlp", "keras_tuner", "kerastuner", "tensorflow_addons", "tensorflow_hub"}
    | {"tensorflow_model_optimization", "tensorflow_probability", "tensorflow_text", "tensorflow_ranking"}
    | {"keras_contrib", "keras_applications", "keras_preprocessing", "tensorflow_recommenders", "tcn"}
)

_IDENTIFIER = re.compile(r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")
_DOTTED = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$")


def is_keras_class(module: str, name: str) -> bool:
    """Whether the module is one in which Keras keeps classes of models."""
    if (module, name) in _INNOCENT_CLASSES:
        return True
    part = _part(module)
    return part in _MODEL_PARTS and _IDENTIFIER.match(name.replace(".", "_", 1)) is not None


def is_keras_function(module: str | None, name: object) -> bool:
    """Whether Keras itself stores this function by name; ``builtins`` stands for its own functions there.

    A loader falls back to Python's builtins there, so ``eval`` and its like are no Keras functions.
    """
    if not isinstance(name, str) or not _IDENTIFIER.match(name):
        return False
    if module in (None, "builtins"):
        return not hasattr(builtins, name)
    return _part(module or "") in _FUNCTION_PARTS


def _part(module: str) -> str:
    """``layers`` of ``keras.src.layers.core.dense``; ``models`` for the root; empty for another package."""
    if not _DOTTED.match(module):
        return ""
    for root in sorted(_ROOTS, key=len, reverse=True):
        if module == root:
            return "models"
        if module.startswith(root + "."):
            rest = [
                part
                for part in module[len(root) + 1 :].split(".")
                if part not in ("src", "api", "_v1", "_v2")
            ]
            return rest[0] if rest else ""
    return ""


def is_dangerous_module(module: str) -> bool:
    """Whether importing it, or reaching into it, gives more than a model's class could need."""
    root = module.partition(".")[0]
    return root in sys.stdlib_module_names - {"__main__"} or not _DOTTED.match(module) or _is_keras(module)


def is_friend(module: str) -> bool:
    """A package that real models name for their classes."""
    return module.partition(".")[0] in _FRIENDS


def _is_keras(module: str) -> bool:
    return module.partition(".")[0] in ("keras", "tf_keras", "tensorflow", "tf", "keras_core")


_OPERATION_MODULES = frozenset(
    [
        "math",
        "nn",
        "linalg",
        "strings",
        "image",
        "signal",
        "random",
        "sparse",
        "ragged",
        "bitwise",
        "dtypes",
        "sets",
        "quantization",
        "experimental.numpy",
        "__operators__",
        "keras.backend",
        "keras.activations",
        "numpy",
    ]
)
_COMPATIBLE = ("tf.", "compat.v1.", "compat.v2.")
_SINGLE_FUNCTIONS = frozenset(
    ["debugging.check_numerics", "manip.batch_to_space_nd", "manip.gather_nd", "manip.space_to_batch_nd"]
)
"""Functions on tensors in modules that hold other things as well."""
_FORBIDDEN_OPERATIONS = frozenset(
    [
        "py_function",
        "numpy_function",
        "load_library",
        "load_op_library",
        "function",
        "import_graph_def",
        "init_scope",
        "Session",
        "Graph",
        "device",
        "py_func",
        "while_loop",
        "map_fn",
        "eval",
        "print",
        "Print",
        "make_template",
        "gradients",
        "recompute_grad",
        "custom_gradient",
        "get_static_value",
        "no_gradient",
        "RegisterGradient",
        "global_variables_initializer",
    ]
)


def is_tensor_function(name: object) -> bool:
    """Whether a ``TFOpLambda`` may name it: a function of TensorFlow on tensors, such as ``math.multiply``.

    The class looks any exported symbol up, ``io.write_file`` included.
    """
    if not isinstance(name, str) or not _DOTTED.match(name):
        return False
    plain = name
    for prefix in _COMPATIBLE:
        plain = plain.removeprefix(prefix)
    module, _, function = plain.rpartition(".")
    if function in _FORBIDDEN_OPERATIONS or function.startswith(("decode_proto", "encode_proto")):
        return False
    return not module or module in _OPERATION_MODULES or plain in _SINGLE_FUNCTIONS


PATH_KEYS = frozenset(
    [
        "vocabulary",
        "vocabulary_file",
        "vocab_file",
        "vocab_path",
        "filepath",
        "file_path",
        "filename",
        "file",
        "path",
        "model_path",
        "model_file",
        "export_dir",
        "saved_model_path",
        "weights_file",
        "vocabulary_path",
        "idf_weights",
        "tokenizer_path",
        "merges",
        "proto",
    ]
)
"""Keys of a layer's configuration whose text a loader reads as a file."""

_PATH = re.compile(
    r"^(~|/|\\|[A-Za-z]:[\\/])|[/\\]|\.\.|^\w+://|\.(txt|json|csv|tsv|pb|h5|keras|vocab|spm|model)$"
)


def looks_like_path(text: str) -> bool:
    """Whether a text is a path or an address rather than a word."""
    return bool(_PATH.search(text)) and len(text) < 4096
