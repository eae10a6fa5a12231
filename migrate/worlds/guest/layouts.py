"""Run graphs over channels first (NCHW), which TensorFlow's plain kernels for processors refuse.

TensorFlow's own layout optimizer turns such operations to channels last while a graph is prepared, if the session asks
for it: the graph stays untouched, and what runs is TensorFlow's own rewriting of it. It covers convolutions of two and
three dimensions, depthwise and transposed ones, and pooling of two dimensions; not pooling of three, ``SpaceToDepth``
and ``DepthToSpace``. Kernels of oneDNN, which the worlds do not use, would take channels first as they are.

Source: ``cpu_layout_conversion`` of ``tensorflow/core/protobuf/rewriter_config.proto``.

Runs inside a world: TensorFlow is imported when called.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from migrate.worlds.guest.framework_types import GraphDef, Proto

_FORMATS = (b"NCHW", b"NCDHW")
_ANYWHERE = frozenset({"BiasAdd", "BiasAddV1", "FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"})
"""Operations that have plain kernels for channels first, too."""


def names_channels_first(serialized: bytes) -> bool:
    """Whether a serialised graph holds the name of such a layout; that it is in a constant does no harm."""
    return any(name in serialized for name in _FORMATS)


def channels_first_ops(graph: GraphDef) -> list[str]:
    """The operations of a ``GraphDef`` that processors run over channels last alone, each once and in order."""
    nodes = (*graph.node, *(node for function in graph.library.function for node in function.node_def))
    # Reading an attribute that a node has not would give it one.
    named = (n for n in nodes if "data_format" in n.attr and n.op not in _ANYWHERE)
    return sorted({n.op for n in named if n.attr["data_format"].s in _FORMATS})


def turned(config: Proto) -> Proto:
    """A ``ConfigProto`` that also lets TensorFlow turn operations over channels first, in graphs of any size."""
    from tensorflow.core.protobuf import rewriter_config_pb2

    rewriting = config.graph_options.rewrite_options
    rewriting.cpu_layout_conversion = rewriter_config_pb2.RewriterConfig.NCHW_TO_NHWC
    rewriting.min_graph_nodes = -1
    return config


def session_config(serialized: bytes) -> Proto | None:
    """The configuration of a session for a graph: None, which is TensorFlow's own, unless it has channels first."""
    import tensorflow as tf

    return turned(tf.compat.v1.ConfigProto()) if names_channels_first(serialized) else None


@contextmanager
def turning(wanted: object) -> Iterator[None]:
    """Let functions that are called inside turn operations over channels first, too, if it is wanted."""
    from tensorflow.python.eager import context as eager

    if not wanted:
        yield
        return
    context = eager.context()
    before = context.function_call_options
    config = turned(context.config)
    config.allow_soft_placement = True  # TensorFlow's default for functions
    context.function_call_options = eager.FunctionCallOptions(config_proto=config)
    try:
        yield
    finally:
        context.function_call_options = before
