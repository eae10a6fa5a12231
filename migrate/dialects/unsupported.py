"""Layers of packages around Keras that nothing expresses yet: whose they are, and what their users can do."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from migrate.bytecode.errors import DISTRIBUTION_HINT, DRAWN_WEIGHTS_HINT
from migrate.capsule.model import Layer, Model
from migrate.findings import MigrationError
from migrate.formats.own_names import OwnCode

_EXPORT = (
    "Export the model as a SavedModel in its own framework and migrate that: its graph contains what the layer "
    "computes. Or supply the code of the class with --source DIR."
)


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Classes of one package.

    Attributes:
        package: as people call it.
        classes: patterns of class names in files, without a package.
        keys: configuration keys that all of them have.
        reason: why they cannot be expressed, as the end of a sentence.
        hint: what to do instead.
    """

    package: str
    classes: tuple[str, ...]
    keys: frozenset[str]
    reason: str
    hint: str = _EXPORT

    def fits(self, layer: Layer) -> bool:
        """Whether a layer is of one of the classes."""
        named = any(fnmatchcase(layer.class_name, pattern) for pattern in self.classes)
        return named and self.keys <= layer.config.keys()


_SPARSE = (
    *(
        "AGNNConv",
        "CensNetConv",
        "CrystalConv",
        "ECCConv",
        "EdgeConv",
        "GatedGraphConv",
        "GeneralConv",
        "GINConv",
    ),
    *("GraphSageConv", "GTVConv", "TAGConv", "XENetConv", "XENetConvBatch"),
)
UNSUPPORTED = (
    Unsupported(
        "TensorFlow Probability",
        ("*Flipout", "*Reparameterization", "*LocalReparameterization"),
        frozenset({"kernel_posterior_fn"}),
        "it draws new weights in every call",
        DRAWN_WEIGHTS_HINT,
    ),
    Unsupported(
        "TensorFlow Probability",
        (
            "DistributionLambda",
            "Independent*",
            "MultivariateNormalTriL",
            "OneHotCategorical",
            "CategoricalMixtureOfOneHotCategorical",
            "Mixture*",
            "VariationalGaussianProcess",
            "AutoregressiveTransform",
        ),
        frozenset({"make_distribution_fn"}),
        "it returns a distribution, which is stored as Python code",
        DISTRIBUTION_HINT,
    ),
    Unsupported(
        "QKeras",
        ("QConv2DTranspose", "QSimpleRNN", "QLSTM", "QGRU"),
        frozenset({"kernel_quantizer"}),
        "its weights are quantised in every call, in a way that has not been compared with the package",
    ),
    Unsupported(
        "QKeras",
        ("QConv2DBatchnorm", "QDepthwiseConv2DBatchnorm"),
        frozenset({"folding_mode", "ema_freeze_delay"}),
        "it folds a batch normalization into its kernel, and rounds what comes of it, in every call",
        "Unfold it with qkeras.bn_folding_utils.unfold_model, or give a SavedModel of it, whose graph holds what it "
        "computes.",
    ),
    Unsupported(
        "QKeras",
        ("QBatchNormalization",),
        frozenset({"gamma_quantizer", "mean_quantizer"}),
        "its mean, variance and scales are rounded in every call, in a way that has not been compared with the package",
    ),
    Unsupported(
        "QKeras",
        ("QAveragePooling2D", "QGlobalAveragePooling2D"),
        frozenset({"average_quantizer"}),
        "it multiplies by a rounded share, in a way that has not been compared with the package",
    ),
    Unsupported(
        "QKeras",
        ("QAdaptiveActivation",),
        frozenset({"total_bits", "ema_decay"}),
        "its bits depend on averages of the training, which have not been compared with the package",
    ),
    Unsupported(
        "TensorFlow Addons",
        ("ESN", "ESNCell"),
        frozenset({"connectivity", "spectral_radius"}),
        "it is a recurrent layer whose step Keras does not have",
    ),
    Unsupported(
        "TensorFlow Addons",
        ("LayerNormLSTMCell", "LayerNormSimpleRNNCell", "PeepholeLSTMCell"),
        frozenset({"recurrent_initializer", "recurrent_dropout"}),
        "it is a cell whose step Keras does not have",
    ),
    Unsupported(
        "TensorFlow Addons",
        ("NASCell",),
        frozenset({"projection", "recurrent_initializer"}),
        "it is a cell whose step Keras does not have",
    ),
    Unsupported(
        "TensorFlow Addons",
        ("NetVLAD",),
        frozenset({"num_clusters"}),
        "it is gone from the last releases, and has not been compared with the older ones",
    ),
    Unsupported(
        "TensorFlow Addons",
        ("CorrelationCost",),
        frozenset({"max_displacement", "stride_1", "stride_2"}),
        "it is an operation that the package compiled, which a SavedModel needs as well",
        "Write the operation with keras.ops as a layer of that name, and supply it with --source DIR.",
    ),
    Unsupported(
        "TensorFlow Addons",
        ("MaxUnpooling2D", "MaxUnpooling2DV2"),
        frozenset({"pool_size", "strides", "padding"}),
        "it puts numbers where a pooling with argmax found them, and Keras has no such pooling",
    ),
    Unsupported(
        "TensorFlow Model Optimization",
        ("ClusterWeightsRNN", "ClusterWeightsMHA"),
        frozenset({"number_of_clusters", "cluster_centroids_init"}),
        "its wrapper clusters several kernels of the layer in each call",
        "In its own framework, take the wrappers off with tfmot.clustering.keras.strip_clustering, save the model and "
        "migrate that.",
    ),
    Unsupported(
        "Spektral",
        ("APPNPConv", "ARMAConv", "DiffusionConv"),
        frozenset({"channels", "kernel_regularizer", "kernel_constraint"}),
        "it repeats its products with the edges, in a way that has not been compared with the package",
    ),
    Unsupported(
        "Spektral",
        _SPARSE,
        frozenset({"aggregate"}),
        "it gathers along the edges of sparse graphs, whose sizes differ from call to call",
    ),
    Unsupported(
        "Spektral",
        ("GraphMasking",),
        frozenset({"name"}),
        "it makes a mask of a feature, which is multiplied with what follows",
        "Export the model as a SavedModel in its own framework and migrate that: its graph holds the products.",
    ),
    Unsupported(
        "HGQ",
        ("HDenseBatchNorm", "HConv1DBatchNorm", "HConv2DBatchNorm"),
        frozenset({"kq_conf", "paq_conf"}),
        "it folds a batch normalization into its kernel, and rounds what comes of it, in every call",
    ),
    Unsupported(
        "keras-retinanet",
        ("FilterDetections",),
        frozenset({"nms_threshold", "score_threshold", "max_detections"}),
        "it removes overlapping boxes, which keras.ops cannot do",
        "In its own framework, save the model up to the layer's input, keras.models.Model(model.inputs, "
        "model.get_layer(NAME).input), and migrate that; then select boxes with "
        "tf.image.combined_non_max_suppression or torchvision.ops.batched_nms.",
    ),
    Unsupported(
        "ssd_keras",
        ("DecodeDetections", "DecodeDetectionsFast"),
        frozenset({"confidence_thresh", "iou_threshold", "nms_max_output_size"}),
        "it removes overlapping boxes, which keras.ops cannot do",
        "In its own framework, save the model up to the layer's input, keras.models.Model(model.inputs, "
        "model.get_layer(NAME).input), and migrate that; then decode with ssd_encoder_decoder/ssd_output_decoder.py "
        "of the package, which uses NumPy.",
    ),
    Unsupported(
        "Mask R-CNN",
        ("ProposalLayer", "PyramidROIAlign", "DetectionLayer", "DetectionTargetLayer"),
        frozenset(),
        "it crops, draws or drops regions with TensorFlow operations that keras.ops does not have",
        "Export the inference model as a SavedModel in its own framework and migrate that: its graph contains what "
        "the layer computes, and stays a TensorFlow graph.",
    ),
    Unsupported(
        "Transformers",
        ("TF*MainLayer", "TF*Model", "TFBert*"),
        frozenset({"config"}),
        "it is a whole model of the package, whose code builds it from `config`",
    ),
)


def refuse_unsupported(model: Model, own: OwnCode) -> None:
    """Name the package of a layer that nothing expresses, unless the author's code defines its class.

    Raises:
        MigrationError: ``ECO091``.
    """
    for path, layer in model.walk():
        known = next((entry for entry in UNSUPPORTED if entry.fits(layer)), None)
        if known is not None and layer.class_name not in own.defined:
            raise MigrationError(
                "ECO091",
                f"layer {layer.name!r} is a {layer.class_name} of {known.package}: {known.reason}",
                known.hint,
                place="/".join(path),
            )
