"""Classes outside Keras' own modules that the frameworks themselves write into configurations.

Collected from TensorFlow 2.8, 2.15 and 2.21: every class with ``from_config`` and every ``TypeSpec`` that a layer can
receive or a signature can have. A module that moved between releases is listed in each of its locations.
"""

from __future__ import annotations

_INITIALIZERS = """
    Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity Initializer LecunNormal LecunUniform Ones Orthogonal
    RandomNormal RandomUniform TruncatedNormal VarianceScaling Zeros
"""
_INITIALIZERS_V1 = """
    ConvolutionDeltaOrthogonal ConvolutionOrthogonal ConvolutionOrthogonal1D ConvolutionOrthogonal2D
    ConvolutionOrthogonal3D UniformUnitScaling
"""
_COLUMNS = """
    BucketizedColumn CrossedColumn EmbeddingColumn HashedCategoricalColumn IdentityCategoricalColumn IndicatorColumn
    NumericColumn SequenceCategoricalColumn SharedEmbeddingColumn VocabularyFileCategoricalColumn
    VocabularyListCategoricalColumn WeightedCategoricalColumn
"""
_WRAPPERS = "ListWrapper List Mapping _DictWrapper _TupleWrapper NoDependency"
_LOSS_SCALES = "DynamicLossScale FixedLossScale LossScale"

_TEXT = {
    "builtins": "dict list tuple slice set",
    "collections": "OrderedDict",
    "keras.applications.convnext": "LayerScale StochasticDepth",
    "keras.applications.inception_resnet_v2": "CustomScaleLayer",
    "keras.initializers": "glorot_normal glorot_uniform",
    "keras.utils": "FeatureSpace",
    "keras.src.applications.convnext": "LayerScale StochasticDepth",
    "keras.src.applications.inception_resnet_v2": "CustomScaleLayer",
    "keras.src.layers.preprocessing.feature_space": "Cross Feature FeatureSpace",
    "keras.src.utils.tracking": "TrackedDict TrackedList TrackedSet",
    "tensorflow.python.feature_column.feature_column": "_LinearModel",
    "tensorflow.python.feature_column.feature_column_v2": _COLUMNS,
    "tensorflow.python.feature_column.sequence_feature_column": "SequenceNumericColumn",
    "tensorflow.python.framework.dtypes": "DType",
    "tensorflow.python.framework.indexed_slices": "IndexedSlicesSpec",
    "tensorflow.python.framework.none_tensor": "NoneTensorSpec",
    "tensorflow.python.framework.sparse_tensor": "SparseTensorSpec",
    "tensorflow.python.framework.tensor": "BoundedTensorSpec DenseSpec TensorSpec",
    "tensorflow.python.framework.tensor_shape": "Dimension TensorShape",
    "tensorflow.python.framework.tensor_spec": "BoundedTensorSpec DenseSpec TensorSpec",
    "tensorflow.python.framework.type_spec": "TypeSpec",
    "tensorflow.python.ops.init_ops": _INITIALIZERS + _INITIALIZERS_V1,
    "tensorflow.python.ops.init_ops_v2": _INITIALIZERS,
    "tensorflow.python.ops.ragged.ragged_tensor": "RaggedTensorSpec",
    "tensorflow.python.ops.ragged.row_partition": "RowPartitionSpec",
    "tensorflow.python.ops.resource_variable_ops": "VariableSpec",
    "tensorflow.python.ops.structured.structured_tensor": "StructuredTensorSpec",
    "tensorflow.python.ops.tensor_array_ops": "TensorArraySpec",
    "tensorflow.python.trackable.data_structures": _WRAPPERS,
    "tensorflow.python.training.experimental.loss_scale": _LOSS_SCALES,
    "tensorflow.python.training.tracking.data_structures": _WRAPPERS,
}

CLASSES = {module: frozenset(text.split()) for module, text in _TEXT.items()}
"""Module to the names in it."""
