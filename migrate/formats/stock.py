"""Names that Keras itself brought along, over all its eras: whatever else a file names is its author's.

Collected from the public modules of tf-keras 2.21 and Keras 3.15, from Keras 1.2 and from what tf.keras wrote
into files (``TFOpLambda``, ``PolicyV1``).
"""

from __future__ import annotations

LAYERS: frozenset[str] = frozenset(
    """
    AbstractRNNCell Activation ActivityRegularization AddLoss AddMetric AdaptiveAveragePooling1D
    AdaptiveAveragePooling2D
    AdaptiveAveragePooling3D AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D Add
    AdditiveAttention AlphaDropout AtrousConvolution1D AtrousConvolution2D Attention AugMix AutoContrast
    Average AveragePooling1D AveragePooling2D AveragePooling3D BatchNormalization BatchNormalizationV1
    BatchNormalizationV2 Bidirectional CategoryCrossing CategoryEncoding CenterCrop ClassMethod Concatenate
    ContrastLimitedAdaptiveHistogramEqualization Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D
    Conv3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM2DCell ConvLSTM3D Convolution1D Convolution2D Convolution3D
    Cropping1D Cropping2D Cropping3D CuDNNGRU CuDNNLSTM CutMix Deconvolution2D Deconvolution3D Dense
    DenseFeatures DepthwiseConv1D DepthwiseConv2D Discretization Dot Dropout ELU EinsumDense Embedding
    Equalization Flatten FlaxLayer GRU GRUCell GaussianDropout GaussianNoise GlobalAveragePooling1D
    GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D
    GroupNormalization GroupQueryAttention HashedCrossing Hashing Highway Identity InputLayer InstanceMethod
    InstanceProperty IntegerLookup JaxLayer LSTM LSTMCell LSTMV2 GRUV2 Lambda Layer LayerNormalization
    LeakyReLU LinearModel LocallyConnected1D LocallyConnected2D Masking MaxNumBoundingBoxes MaxPooling1D
    MaxPooling2D MaxPooling3D Maximum MaxoutDense MelSpectrogram Merge Minimum MixUp MultiHeadAttention
    Multiply Normalization PReLU ParametricSoftplus Permute Pipeline RMSNormalization RNN RandAugment
    RandomBrightness RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop
    RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale RandomHeight RandomHue
    RandomInvert RandomPerspective RandomPosterization RandomRotation RandomSaturation RandomSharpness
    RandomShear RandomTranslation RandomWidth RandomZoom ReLU RepeatVector Rescaling Reshape Resizing
    ReversibleEmbedding STFTSpectrogram SReLU SeparableConv1D SeparableConv2D SeparableConvolution1D
    SeparableConvolution2D SimpleRNN SimpleRNNCell SlicingOpLambda Softmax Solarization SpatialDropout1D
    SpatialDropout2D SpatialDropout3D SpectralNormalization StackedRNNCells StringLookup Subtract
    SyncBatchNormalization TFOpLambda TFSMLayer TensorFlowOpLayer TextVectorization ThresholdedReLU
    TimeDistributed TimeDistributedDense TorchModuleWrapper UnitNormalization UpSampling1D UpSampling2D
    UpSampling3D WideDeepModel Wrapper ZeroPadding1D ZeroPadding2D ZeroPadding3D
    """.split()  # noqa: SIM905 - names read better as text
)
MODELS = frozenset({"Model", "Sequential", "Functional", "Graph"})
OTHERS: frozenset[str] = frozenset(
    """
    Constant GlorotNormal GlorotUniform HeNormal HeUniform IdentityInitializer Initializer LecunNormal
    LecunUniform Ones Orthogonal OrthogonalInitializer RandomNormal RandomUniform STFT STFTInitializer
    TruncatedNormal VarianceScaling Zeros L1 L1L2 L2 L1Regularizer L2Regularizer L1L2Regularizer
    WeightRegularizer ActivityRegularizer OrthogonalRegularizer MaxNorm MinMaxNorm NonNeg RadialConstraint
    UnitNorm Policy PolicyV1 DTypePolicy LossScale FixedLossScale DynamicLossScale TensorShape ListWrapper
    DictWrapper __tuple__ __tensor__ __numpy__ __keras_tensor__ __lambda__ __typespec__ __ellipsis__
    __slice__ TypeSpec TensorSpec SparseTensorSpec RaggedTensorSpec slice function builtin_function_or_method
    CosineDecay CosineDecayRestarts ExponentialDecay InverseTimeDecay PiecewiseConstantDecay PolynomialDecay
    """.split()  # noqa: SIM905
)
OPTIMIZERS = frozenset(
    {"Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "Ftrl", "Lamb", "Lion", "LossScaleOptimizer",
     "Muon", "Nadam", "RMSprop", "SGD", "TFOptimizer"}
)  # fmt: skip
ACTIVATIONS: frozenset[str] = frozenset(
    """
    celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu linear
    log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign
    sparse_plus sparse_sigmoid sparsemax squareplus swish tanh tanh_shrink threshold softmax_v2
    log_softmax_v2 relu_v2 elu_v2 selu_v2 tanh_v2
    """.split()  # noqa: SIM905
)
TRAINING: frozenset[str] = OPTIMIZERS | frozenset(
    """
    AUC Accuracy BinaryAccuracy BinaryCrossentropy BinaryFocalCrossentropy BinaryIoU CTC CategoricalAccuracy
    CategoricalCrossentropy CategoricalFocalCrossentropy CategoricalHinge Circle CosineProximity CosineSimilarity
    Dice F1Score FBetaScore FalseNegatives FalsePositives Hinge Huber IoU KLDivergence LogCosh LogCoshError
    LossFunctionWrapper Mean MeanAbsoluteError MeanAbsolutePercentageError MeanIoU MeanMetricWrapper
    MeanRelativeError MeanSquaredError MeanSquaredLogarithmicError MeanTensor OneHotIoU OneHotMeanIoU Poisson
    Precision PrecisionAtRecall R2Score Recall RecallAtPrecision RootMeanSquaredError SensitivityAtSpecificity
    SparseCategoricalAccuracy SparseCategoricalCrossentropy SparseTopKCategoricalAccuracy
    SpecificityAtSensitivity SquaredHinge Sum TopKCategoricalAccuracy TrueNegatives TruePositives Tversky
    """.split()  # noqa: SIM905
)
"""Optimizers, losses and metrics."""
TRAINING_FUNCTIONS: frozenset[str] = frozenset(
    """
    KLD MAE MAPE MSE MSLE acc accuracy binary_accuracy binary_crossentropy binary_focal_crossentropy
    categorical_accuracy categorical_crossentropy categorical_focal_crossentropy categorical_hinge ce cosine
    cosine_proximity cosine_similarity crossentropy fbeta_score fmeasure hinge huber huber_loss kl_divergence kld
    kullback_leibler_divergence log_cosh logcosh loss mae mape matthews_correlation mean_absolute_error
    mean_absolute_percentage_error mean_squared_error mean_squared_logarithmic_error mse msle poisson precision
    recall sparse_categorical_accuracy sparse_categorical_crossentropy sparse_top_k_categorical_accuracy
    squared_hinge top_k_categorical_accuracy auc
    """.split()  # noqa: SIM905
)
_PACKAGES = ("keras", "builtins", "")


def is_stock_class(name: str, registered_name: str | None = None) -> bool:
    """Whether Keras itself had a class of this name, in a layer's, model's or helper's place.

    A registered name of another package (``"Addons>GroupNormalization"``) is never Keras' own, whatever
    follows.
    """
    package, separator, bare = (registered_name or name).rpartition(">")
    if separator and package.lower() not in _PACKAGES:
        return False
    return any((bare if separator else name) in names for names in (LAYERS, MODELS, OTHERS, OPTIMIZERS))
