"""Preprocessing layers with their state: statistics, vocabularies, bins; and image preprocessing."""

import numpy as np

from casebook import case

WORDS = ["red", "green", "blue", "[UNK]", "", "violet", "blue ", "Red"]
TEXTS = ["the red fox", "A green, BLUE sky!", "", "unseen words only", "red red red green blue fox sky the a"]


def words(rng):
    """Words of the vocabulary, the mask, and words from outside it."""
    return [np.array(WORDS, dtype=np.str_).reshape(-1, 1)]


def texts(rng):
    """Short texts."""
    return [np.array(TEXTS, dtype=np.str_).reshape(-1, 1)]


@case(
    "tf.keras-2.4 tf.keras-2.8 ~tf.keras-2.11 tf.keras-2.13/keras ~tf.keras-2.14/keras tf.keras-2.15 "
    "~tf.keras-2.15/keras",
    "Normalization adapted over the last axis, over one and over two axes, and over none.",
    "normalization axis_none axis_tuple adapt",
    draw=False,
)
def normalization(kit):
    L = kit.layers
    Normalization = kit.preprocessing("Normalization")
    rng = kit.rng("normalization", "adapt")
    data = rng.normal(2.0, 3.0, size=(40, 4, 3)).astype("float32")
    layers = [Normalization(axis=axis, name="norm%d" % i) for i, axis in enumerate((-1, 1, (1, 2), None))]
    for layer in layers:
        layer.adapt(data)
    line = kit.Input((4, 3), name="line")
    return kit.functional(line, L.Concatenate()([layer(line) for layer in layers]))


@case(
    "tf.keras-2.8 tf.keras-2.15/keras",
    "Normalization with mean and variance given in its configuration, one inverted where the era records that.",
    "normalization mean_argument invert",
)
def normalization_given(kit):
    L = kit.layers
    line = kit.Input((3,), name="line")
    x = kit.preprocessing("Normalization")(mean=[0.1, 0.2, -1.0], variance=[1.0, 4.0, 0.5])(line)
    if kit.version >= (2, 15):
        x = L.Normalization(mean=3.0, variance=2.0, invert=True)(x)
    return kit.functional(line, L.Dense(2)(x))


@case(
    "~tf.keras-2.4 tf.keras-2.8 tf.keras-2.13/keras ~tf.keras-2.15/keras",
    "Image preprocessing: Rescaling, Resizing, CenterCrop and random layers, which do nothing in inference.",
    "rescaling resizing center_crop random_flip random_rotation random_zoom augmentation",
    inputs=lambda rng: [np.round(rng.uniform(0, 255, size=(2, 8, 9, 3))).astype("float32")],
)
def image_preprocessing(kit):
    L, get = kit.layers, kit.preprocessing
    image = kit.Input((8, 9, 3), name="image")
    x = get("Rescaling")(1.0 / 127.5, offset=-1.0)(image)
    x = get("RandomFlip")("horizontal", seed=1)(x)
    x = get("RandomRotation")(0.1)(x)
    x = get("RandomZoom")(0.2)(x)
    x = get("RandomContrast")(0.1)(x)
    x = get("RandomTranslation")(0.1, 0.1)(x)
    x = get("CenterCrop")(6, 7)(x)
    x = get("Resizing")(5, 5)(x)
    return kit.functional(image, L.Conv2D(2, 2)(x))


@case(
    "tf.keras-2.8 ~tf.keras-2.15/keras",
    "RandomHeight and RandomWidth, which Keras 3 removed, and RandomCrop, which resizes in inference.",
    "random_height random_width random_crop",
    inputs=lambda rng: [np.round(rng.uniform(0, 255, size=(2, 8, 8, 3))).astype("float32")],
)
def image_random_sizes(kit):
    L, get = kit.layers, kit.preprocessing
    image = kit.Input((8, 8, 3), name="image")
    x = get("RandomCrop")(6, 6)(image)
    x = get("RandomHeight")(0.2)(x)
    x = get("RandomWidth")(0.2)(x)
    return kit.functional(image, L.GlobalAveragePooling2D()(x))


@case(
    "tf.keras-2.8 ~tf.keras-2.13/keras",
    "Resizing by every method, and with the aspect ratio preserved.",
    "resizing interpolation crop_to_aspect_ratio",
    inputs=lambda rng: [np.round(rng.uniform(0, 255, size=(2, 7, 6, 2))).astype("float32")],
)
def image_resizing(kit):
    get = kit.preprocessing
    image = kit.Input((7, 6, 2), name="image")
    methods = ["bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"]
    heads = [get("Resizing")(4, 9, interpolation=method)(image) for method in methods]
    heads.append(get("Resizing")(4, 4, crop_to_aspect_ratio=True)(image))
    return kit.functional(image, heads)


@case(
    "~tf.keras-2.8 tf.keras-2.12/keras ~tf.keras-2.14/keras",
    "Resizing by the methods that only TensorFlow supports.",
    "resizing interpolation area gaussian mitchellcubic",
    inputs=lambda rng: [np.round(rng.uniform(0, 255, size=(2, 7, 6, 2))).astype("float32")],
)
def image_resizing_others(kit):
    get = kit.preprocessing
    image = kit.Input((7, 6, 2), name="image")
    return kit.functional(
        image,
        [
            get("Resizing")(4, 9, interpolation=method)(image)
            for method in ("area", "gaussian", "mitchellcubic")
        ],
    )


@case(
    "tf.keras-2.8 ~tf.keras-2.12/keras ~tf.keras-2.13/keras tf.keras-2.14/keras tf.keras-2.15/keras",
    "StringLookup and IntegerLookup whose vocabularies are part of the configuration.",
    "string_lookup integer_lookup one_hot vocabulary",
    inputs=lambda rng: words(rng) + [np.array([[3], [5], [0], [99], [7], [-1], [12], [5]], dtype="int64")],
)
def lookups_given(kit):
    L, get = kit.layers, kit.preprocessing
    word, number = kit.Input((1,), dtype="string", name="word"), kit.Input((1,), dtype="int64", name="number")
    x = get("StringLookup")(vocabulary=["red", "green", "blue"], mask_token="")(word)
    x = L.Flatten()(L.Embedding(5, 2)(x))
    y = get("StringLookup")(vocabulary=["red", "green", "blue"], num_oov_indices=2, output_mode="one_hot")(
        word
    )
    z = get("IntegerLookup")(vocabulary=[3, 5, 7], output_mode="multi_hot")(number)
    return kit.functional([word, number], [L.Dense(2)(L.Concatenate()([x, y, z])), y])


@case(
    "tf.keras-2.8 tf.keras-2.14/keras",
    "StringLookup inverted: numbers to words.",
    "string_lookup invert string_output",
    inputs=lambda rng: [np.array([[0], [1], [2], [3], [4]], dtype="int64")],
    activations=False,
)
def lookup_inverted(kit):
    number = kit.Input((1,), dtype="int64", name="number")
    lookup = kit.preprocessing("StringLookup")(vocabulary=["red", "green", "blue"], invert=True)
    return kit.functional(number, lookup(number))


@case(
    "~tf.keras-2.8/savedmodel ~tf.keras-2.11/savedmodel tf.keras-2.13/keras tf.keras-2.15/keras "
    "tf.keras-2.15/savedmodel",
    "StringLookup and TextVectorization that learned their vocabularies: these live in tables and assets.",
    "string_lookup text_vectorization adapt assets",
    inputs=lambda rng: [np.array(WORDS[:5], dtype=np.str_).reshape(-1, 1)] + texts(rng),
    draw=False,
)
def vocabularies(kit):
    L, get = kit.layers, kit.preprocessing
    rng = kit.rng("vocabularies", "weights")
    init = kit.keras.initializers.Constant(rng.normal(size=(12, 3)))
    lookup = get("StringLookup")(name="lookup")
    lookup.adapt(np.array([["blue"], ["red"], ["blue"], ["green"]]))
    vectorize = get("TextVectorization")(max_tokens=12, output_sequence_length=6, name="vectorize")
    vectorize.adapt(np.array(TEXTS + ["the fox and the sky"]))
    word, text = kit.Input((1,), dtype="string", name="word"), kit.Input((1,), dtype="string", name="text")
    x = L.Embedding(12, 3, embeddings_initializer=init, name="shared")(vectorize(text))
    y = L.Embedding(12, 3, embeddings_initializer=init)(lookup(word))
    return kit.functional([word, text], [L.GlobalAveragePooling1D()(x), L.Flatten()(y)])


@case(
    "~tf.keras-2.8/savedmodel tf.keras-2.13/keras tf.keras-2.15/keras",
    "TextVectorization as counts, tf-idf and word pairs, without splitting or case changes.",
    "text_vectorization tf_idf multi_hot ngrams standardize",
    inputs=texts,
    draw=False,
)
def vectorizations(kit):
    get = kit.preprocessing
    text = kit.Input((1,), dtype="string", name="text")
    heads = []
    for options in (
        {"output_mode": "multi_hot", "max_tokens": 8, "pad_to_max_tokens": True},
        {"output_mode": "tf_idf", "max_tokens": 9, "pad_to_max_tokens": True},
        {"output_mode": "count", "max_tokens": 10, "ngrams": 2, "pad_to_max_tokens": True},
        {"output_mode": "int", "standardize": "lower", "output_sequence_length": 4},
        {"output_mode": "int", "standardize": None, "split": "character", "output_sequence_length": 7},
    ):
        layer = get("TextVectorization")(**options)
        layer.adapt(np.array(TEXTS))
        heads.append(layer(text))
    return kit.functional(text, heads)


@case(
    "tf.keras-2.8 tf.keras-2.12/keras ~tf.keras-2.15",
    "Discretization by bounds, and CategoryEncoding in its modes, one with weights.",
    "discretization category_encoding count_weights",
    inputs=lambda rng: [
        np.array([[-2.0], [0.0], [0.5], [0.50001], [9.0]], dtype="float32"),
        np.array([[0, 1, 2], [3, 3, 3], [1, 0, 1], [2, 2, 0], [0, 0, 0]], dtype="int64"),
        rng.uniform(0.1, 1.0, size=(5, 3)).astype("float32"),
    ],
)
def buckets(kit):
    L, get = kit.layers, kit.preprocessing
    value = kit.Input((1,), name="value")
    kinds = kit.Input((3,), dtype="int64", name="kinds")
    amounts = kit.Input((3,), name="amounts")
    Encoding = get("CategoryEncoding")
    x = Encoding(num_tokens=4, output_mode="one_hot")(
        get("Discretization")(bin_boundaries=[0.0, 0.5, 1.5])(value)
    )
    y = Encoding(num_tokens=4, output_mode="multi_hot")(kinds)
    z = Encoding(num_tokens=4, output_mode="count")(kinds, count_weights=amounts)
    return kit.functional([value, kinds, amounts], [L.Dense(2)(L.Concatenate()([x, y, z])), z])


@case(
    "tf.keras-2.8/savedmodel tf.keras-2.13/keras tf.keras-2.15/keras",
    "IntegerLookup with a learned vocabulary, and Discretization with learned bins, before the archives lost them.",
    "discretization integer_lookup adapt",
    inputs=lambda rng: [
        rng.normal(size=(6, 1)).astype("float32"),
        np.array([[4], [7], [9], [4], [1], [0]], dtype="int64"),
    ],
    draw=False,
)
def buckets_learned(kit):
    get = kit.preprocessing
    rng = kit.rng("buckets_learned", "adapt")
    if kit.version >= (2, 12):  # the archives of these releases lose bins that were learned
        bins = get("Discretization")(bin_boundaries=[-0.5, 0.1, 0.8])
    else:
        bins = get("Discretization")(num_bins=4, epsilon=0.01)
        bins.adapt(rng.normal(size=(200, 1)).astype("float32"))
    numbers = get("IntegerLookup")(num_oov_indices=2)
    numbers.adapt(np.array([[4], [4], [7], [9]], dtype="int64"))
    value, number = kit.Input((1,), name="value"), kit.Input((1,), dtype="int64", name="number")
    return kit.functional([value, number], [bins(value), numbers(number)])


@case(
    "tf.keras-2.8 ~tf.keras-2.12/keras tf.keras-2.15/keras",
    "Hashing of words with and without a salt, and of crossed features where the era supports it.",
    "hashing salt hashed_crossing",
    inputs=words,
)
def hashing(kit):
    L, get = kit.layers, kit.preprocessing
    word = kit.Input((1,), dtype="string", name="word")
    heads = [
        get("Hashing")(num_bins=7)(word),
        get("Hashing")(num_bins=7, salt=133)(word),
        get("Hashing")(num_bins=5, mask_value="", salt=[1, 2])(word),
    ]
    if kit.version >= (2, 12):
        crossing = getattr(L, "HashedCrossing", None) or L.experimental.preprocessing.HashedCrossing
        heads.append(crossing(num_bins=6, output_mode="one_hot")((word, word)))
    return kit.functional(word, heads)


@case(
    "tf.keras-2.13/keras ~tf.keras-2.15/keras",
    "Discretization whose learned bins the archive does not hold: nobody can know them again.",
    "discretization adapt lost_state",
    inputs=lambda rng: [rng.normal(size=(6, 1)).astype("float32")],
    draw=False,
    notes=dict.fromkeys(
        ("tf.keras-2.13", "tf.keras-2.15"), "The writer reads a layer without bins and says nothing."
    ),
)
def bins_lost(kit):
    bins = kit.preprocessing("Discretization")(num_bins=4, epsilon=0.01)
    bins.adapt(kit.rng("bins_lost", "adapt").normal(size=(200, 1)).astype("float32"))
    value = kit.Input((1,), name="value")
    return kit.functional(value, bins(value))


@case(
    "tf.keras-2.8 tf.keras-2.15/keras",
    "An encoding that is a sparse tensor, and a layer that multiplies it.",
    "category_encoding sparse",
    inputs=lambda rng: [np.array([[0, 1, 2], [3, 3, 3], [1, 0, 1], [2, 2, 0], [0, 0, 0]], dtype="int64")],
)
def encoding_sparse(kit):
    kinds = kit.Input((3,), dtype="int64", name="kinds")
    encoded = kit.preprocessing("CategoryEncoding")(num_tokens=4, output_mode="multi_hot", sparse=True)(kinds)
    return kit.functional(kinds, kit.layers.Dense(3)(encoded))
