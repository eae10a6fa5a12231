"""Allow-lists of modules, classes and functions that a configuration of Keras itself can name.

A name that is not listed is not necessarily bad, but it is not Keras', so nothing vouches for it here. A loader joins
module and name to one path before it looks them up, tries the registered name if the name is not found, and walks
through anything that a module has imported (``_retrieve_class_or_fn`` of tf-keras 2.21 and Keras 3.15). Therefore all
three are judged, always as the path that they form together.
"""

from __future__ import annotations

import builtins
import re
import sys

from migrate.scan.stock_classes import CLASSES

_ROOTS = (
    "tensorflow.python.keras",
    "tensorflow.keras",
    "keras.api",
    "keras_core",
    "tf.keras",
    "tf_keras",
    "keras",
)
_MODEL_PARTS = frozenset(
    """
    activations backend base_layer constraints distillation dtype_policies engine feature_column initializers layers
    legacy losses metrics mixed_precision models ops optimizer_v1 optimizer_v2 optimizers premade premade_models
    quantizers random regularizers trainers training
    """.split()  # noqa: SIM905 - names read better as text
)
"""First component below the root (after an optional ``src``) that holds classes of models."""
_FUNCTION_PARTS = frozenset(
    ["activations", "constraints", "initializers", "losses", "metrics", "ops", "regularizers"]
)
"""Those of them whose *functions* a configuration may name."""
_NO_TENSOR_FUNCTION = re.compile(
    r"(get|set|load|save|serialize|deserialize|register|populate|import|clear|enable|disable|from)(_|$)|_"
)
"""What such modules also define or import: ``keras.activations.deserialize`` builds whatever it is given."""
_FRIENDS = frozenset(
    """
    keras_hub keras_cv keras_nlp keras_tuner kerastuner tensorflow_addons tensorflow_hub keras_rs
    tensorflow_model_optimization tensorflow_probability tensorflow_text tensorflow_ranking keras_contrib
    keras_applications keras_preprocessing tensorflow_recommenders tcn
    """.split()  # noqa: SIM905
)
_NEVER_A_MODELS_OWN = frozenset(
    """
    absl astunparse gast google grpc h5py jax jaxlib keras keras_core keras_preprocessing marshal ml_dtypes namex numpy
    opt_einsum optree packaging pandas pip pkg_resources requests rich scipy setuptools six sklearn tensorboard
    tensorflow termcolor tf tf_keras torch urllib3 wheel wrapt yaml
    """.split()  # noqa: SIM905
)
"""Packages that are installed where models are loaded, and that never hold an author's layers or losses."""

_CLASS = re.compile(r"_?[A-Z][A-Za-z0-9]{0,99}")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_DOTTED = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")


def is_keras_class(module: str, name: str) -> bool:
    """Whether Keras, or TensorFlow for Keras, keeps a class of models under this path."""
    module, name = _joined(module, name)
    if name in CLASSES.get(module, ()):
        return True
    return _part(module) in _MODEL_PARTS and _CLASS.fullmatch(name) is not None


def is_keras_function(module: str | None, name: object) -> bool:
    """Whether Keras itself stores this function by name; ``builtins`` stands for its own functions there.

    A loader falls back to Python's builtins there, so ``eval`` and similar names are not Keras functions.
    """
    if not isinstance(name, str) or not _IDENTIFIER.fullmatch(name):
        return False
    if module in (None, "builtins"):
        return not hasattr(builtins, name)
    return _part(module or "") in _FUNCTION_PARTS and not _NO_TENSOR_FUNCTION.match(name)


def _joined(module: str, name: str) -> tuple[str, str]:
    """``("keras", "layers.Dense")`` as ``("keras.layers", "Dense")``."""
    module, _, name = f"{module}.{name}".rpartition(".")
    return module, name


def _part(module: str) -> str:
    """``layers`` of ``keras.src.layers.core.dense``; ``models`` for the root; empty for another package."""
    if not _DOTTED.fullmatch(module):
        return ""
    for root in _ROOTS:
        if module == root:
            return "models"
        if module.startswith(root + "."):
            parts = module[len(root) + 1 :].split(".")
            return next((part for part in parts if part not in ("src", "api", "_v1", "_v2")), "")
    return ""


def is_dangerous_module(module: str) -> bool:
    """Whether importing it, or accessing its attributes, gives more than a model's class could need."""
    root = module.partition(".")[0]
    if not _DOTTED.fullmatch(module) or root in _NEVER_A_MODELS_OWN:
        return True
    return root in sys.stdlib_module_names - {"__main__"}


def is_outside(module: str) -> bool:
    """Whether a Lambda's function comes from neither Keras, TensorFlow nor the script that made the model."""
    root = module.partition(".")[0]
    return root not in (
        "builtins",
        "__main__",
        "keras",
        "keras_core",
        "tensorflow",
        "tf",
        "tf_keras",
        "numpy",
        "math",
    )


def is_friend(module: str) -> bool:
    """A package that real models name for their classes."""
    return module.partition(".")[0] in _FRIENDS


PATH_KEYS = frozenset(
    """
    vocabulary vocabulary_file vocab_file vocab_path filepath file_path filename file path model_path model_file
    export_dir saved_model_path weights_file vocabulary_path idf_weights tokenizer_path merges proto
    """.split()  # noqa: SIM905
)
"""Keys of a layer's configuration whose text a loader reads as a file."""

_PATH = re.compile(
    r"^(~|/|\\|[A-Za-z]:[\\/])|[/\\]|\.\.|^\w+://|\.(txt|json|csv|tsv|pb|h5|keras|vocab|spm|model)$"
)


def looks_like_path(text: str) -> bool:
    """Whether a text is a path or an address rather than a word."""
    return bool(_PATH.search(text)) and len(text) < 4096
