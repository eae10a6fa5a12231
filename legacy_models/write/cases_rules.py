"""tf.keras: one case for each rule that no other case needs."""

import os
import tempfile

import numpy as np
import record as rec
from casebook import case, special
from cases_training import optimizer_case, rate, regression, small


@case(
    "tf.keras-2.0 tf.keras-2.8 tf.keras-2.13/keras",
    "TensorFlow functions as activations: one is stored under the name of its implementation.",
    "tf_function activation softmax_v2 log_softmax_v2",
    notes=dict.fromkeys(
        ("tf.keras-2.0", "tf.keras-2.8", "tf.keras-2.13"),
        "The writer does not know log_softmax_v2 when it reads the file.",
    ),
)
def tf_functions(kit):
    L, nn = kit.layers, kit.tf.nn
    line = kit.Input((4,), name="line")
    x = L.Dense(5, activation=nn.relu)(line)
    x = L.Dense(4, activation=nn.elu)(x)
    return kit.functional(
        line, [L.Dense(3, activation=nn.softmax)(x), L.Dense(3, activation=nn.log_softmax)(x)]
    )


@case(
    "tf.keras-2.8 tf.keras-2.15/keras",
    "Normalization that was given the statistics of another one, in the shape in which that one stores them.",
    "normalization mean_argument broadcast_shape",
)
def normalization_copied(kit):
    Normalization = kit.preprocessing("Normalization")
    data = kit.rng("normalization_copied", "adapt").normal(2.0, 3.0, size=(40, 4, 3)).astype("float32")
    line = kit.Input((4, 3), name="line")
    heads = []
    for axis in (-1, (1, 2), None):
        learned = Normalization(axis=axis)
        learned.adapt(data)
        mean, variance = np.asarray(learned.mean), np.asarray(learned.variance)
        heads.append(Normalization(axis=axis, mean=mean, variance=variance)(line))
    return kit.functional(line, heads)


@case(
    "tf.keras-2.8",
    "A ragged tensor between dense ones: its methods are layers of the graph.",
    "ragged class_method instance_method",
    status="failed",
    reason="CFG065",
    activations=False,
)
def ragged_between(kit):
    line = kit.Input((4,), name="line")
    ragged = kit.tf.RaggedTensor.from_tensor(line, padding=0.0)
    return kit.functional(line, kit.layers.Dense(2)(ragged.to_tensor(shape=(None, 4))))


@case(
    "tf.keras-2.8 tf.keras-2.13/keras",
    "Batch statistics over all replicas, as a separate class and, from 2.12 on, as an argument.",
    "batch_normalization synchronized",
)
def batch_normalization_synchronized(kit):
    L = kit.layers
    line = kit.Input((4,), name="line")
    x = L.experimental.SyncBatchNormalization()(line)
    if kit.version >= (2, 12):
        x = L.BatchNormalization(synchronized=True)(L.Dense(3)(x))
    return kit.functional(line, L.Dense(2)(x))


@case(
    "tf.keras-2.4",
    "CategoryEncoding with the arguments of the experimental releases.",
    "category_encoding max_tokens output_mode_binary",
    inputs=lambda rng: [np.array([[0, 1, 2], [3, 3, 3], [1, 0, 1]], dtype="int64")],
    draw=False,
)
def encodings_experimental(kit):
    Encoding = kit.preprocessing("CategoryEncoding")
    kinds = kit.Input((3,), dtype="int64", name="kinds")
    return kit.functional(
        kinds,
        [
            Encoding(max_tokens=4, output_mode="binary")(kinds),
            Encoding(max_tokens=5, output_mode="count")(kinds),
        ],
    )


@case(
    "tf.keras-2.4",
    "CategoryEncoding that learned inverse document frequencies, which only lookups do later.",
    "category_encoding tf_idf adapt",
    inputs=lambda rng: [np.array([[0, 1, 1], [4, 2, 3], [2, 2, 2]], dtype="int64")],
    draw=False,
)
def encoding_tf_idf(kit):
    encoding = kit.preprocessing("CategoryEncoding")(max_tokens=5, output_mode="tf-idf")
    encoding.adapt(np.array([[0, 1, 2], [1, 1, 3]]))
    kinds = kit.Input((3,), dtype="int64", name="kinds")
    return kit.functional(kinds, encoding(kinds))


@case(
    "tf.keras-2.8 tf.keras-2.13/keras",
    "A lookup whose vocabulary is a file: the model stores its name and none of its words.",
    "string_lookup vocabulary_file",
    inputs=lambda rng: [np.array([["red"], ["blue"], ["pink"]], dtype=np.str_)],
    status="unsafe",
    reason="SEC012",
    activations=False,
    notes={
        "tf.keras-2.8": "The writer asks for the vocabulary's file when it reads the model's.",
        "tf.keras-2.13": "The writer asks for the vocabulary's file; its archive has no asset for such a layer.",
    },
)
def vocabulary_file(kit):
    start = os.getcwd()
    os.chdir(tempfile.mkdtemp())
    try:
        with open("colours.txt", "w") as handle:
            handle.write("red\ngreen\nblue\n")
        lookup = kit.preprocessing("StringLookup")(vocabulary="colours.txt", name="lookup")
    finally:
        os.chdir(start)
    word = kit.Input((1,), dtype="string", name="word")
    return kit.functional(word, lookup(word))


@case(
    "tf.keras-2.13/json",
    "A lookup that learned its vocabulary, with only its weights: no file holds the words (archives keep them).",
    "string_lookup adapt vocabulary_lost",
    inputs=lambda rng: [np.array([["red"], ["blue"], ["pink"]], dtype=np.str_)],
    draw=False,
    status="failed",
    reason="WGT021",
    activations=False,
    notes={"tf.keras-2.13": "The writer reads a lookup without words."},
)
def vocabulary_lost(kit):
    L = kit.layers
    lookup = kit.preprocessing("StringLookup")(name="lookup")
    lookup.adapt(np.array([["blue"], ["red"], ["blue"], ["green"]]))
    word = kit.Input((1,), dtype="string", name="word")
    init = kit.keras.initializers.Constant(kit.rng("vocabulary_lost", "weights").normal(size=(6, 2)))
    return kit.functional(word, L.Embedding(6, 2, embeddings_initializer=init)(lookup(word)))


@case(
    "tf.keras-2.4 tf.keras-2.8 tf.keras-2.13/keras",
    "A loss and a metric that were added to the graph, with operations that only they use.",
    "add_loss add_metric",
)
def losses_added(kit):
    tf, L = kit.tf, kit.layers
    line = kit.Input((3,), name="line")
    hidden = L.Dense(4, activation="tanh", name="hidden")(line)
    model = kit.functional(line, L.Dense(2, name="scores")(hidden))
    model.add_loss(0.1 * tf.reduce_mean(tf.square(hidden)))
    model.add_metric(tf.reduce_sum(hidden, axis=-1), name="total", aggregation="mean")
    return model


optimizer_case(
    "keras-2.2.4 tf.keras-2.8 tf.keras-2.13/keras",
    "loss_custom",
    lambda kit: kit.optimizers.SGD(momentum=0.9, **rate(kit, 0.02)),
    "A custom loss function: the file holds only its name.",
    "custom_loss",
    build=regression,
    loss=lambda kit: _author().tilted_error,
    custom="losses.py",
)


def _author():
    from custom import losses

    return losses


optimizer_case(
    "keras-2.2.4 tf.keras-2.8",
    "clips",
    lambda kit: kit.optimizers.SGD(momentum=0.9, clipnorm=0.1, clipvalue=0.02, **rate(kit, 0.05)),
    "Gradients clipped by norm and by value; Keras 3 accepts only one of them.",
    "clipnorm clipvalue",
    build=regression,
)


def _crossed(kit):
    """Layers whose names are in another order than their calls, one of them in a nested model."""
    L = kit.layers
    inside = kit.Input((6, 6, 2), name="inside")
    x = L.SeparableConv2D(3, 2, name="m_separable")(inside)
    inner = kit.functional(inside, L.Conv2D(2, 2, name="a_conv")(x), name="p_inner")
    image = kit.Input((7, 7, 1), name="image")
    x = L.Conv2D(2, 2, activation="tanh", name="z_conv")(image)
    x = L.Flatten()(inner(x))
    return kit.functional(image, L.Dense(2, activation="softmax", name="d_scores")(x))


optimizer_case(
    "keras-2.0.5 keras-2.0.8 keras-2.2.4",
    "adam_crossed",
    lambda kit: kit.optimizers.Adam(beta_1=0.8, **rate(kit, 0.02)),
    "Adam over layers whose names are not in order: up to Keras 2.0.5 the slots were ordered by name.",
    "adam slots sorted_by_name nested_model separable",
    build=_crossed,
    targets="onehot",
)


@special(
    "tf.keras-2.13",
    "Compiled with an epsilon of None and never trained: None meant the backend's value in Keras 2.1.3 to tf.keras 2.10; 2.11 and later store it unchanged.",
    "adam epsilon_null",
)
def train_epsilon_null(kit, folder):
    model = small(kit)
    rec.draw_weights(kit, model, kit.rng("train_epsilon_null", "weights"))
    model.compile(optimizer=kit.optimizers.Adam(0.02, epsilon=None), loss="mse")
    inputs = rec.draw_inputs(kit, model, kit.rng("train_epsilon_null", "inputs"))
    model.save(os.path.join(folder, "model.h5"))
    golden = rec.numbered("inputs", inputs)
    golden.update(rec.numbered("outputs", rec.run(kit, model, inputs)))
    rec.write_npz(os.path.join(folder, "model.golden.npz"), golden)
    return {
        "artifact": "model.h5",
        "kind": "h5",
        "golden": "model.golden.npz",
        "expect": {"status": "migrated"},
        "note": "The writer itself cannot train the model.",
    }


@case(
    "keras-2.2.4 keras-2.3.1/json",
    "Initializers that are lambdas: only the word <lambda> is stored for each.",
    "lambda initializer",
    notes=dict.fromkeys(
        ("keras-2.2.4", "keras-2.3.1"),
        "The writer does not know <lambda> when it reads the file.",
    ),
)
def lambda_initializers(kit):
    L, K = kit.layers, kit.K

    def draw(shape, dtype=None):
        return K.random_normal(shape, stddev=0.01, dtype=dtype)

    line = kit.Input((5, 3), name="line")
    x = L.Conv1D(4, 2, kernel_initializer=lambda shape, dtype=None: draw(shape, dtype))(line)
    x = L.LSTM(3, recurrent_initializer=lambda shape, dtype=None: draw(shape, dtype))(x)
    top = L.Dense(2, bias_initializer=lambda shape, dtype=None: draw(shape, dtype), name="top")
    return kit.functional(line, top(x))


@case(
    "tf.keras-2.4",
    "Lists of one cell, unrolled and not, with and without sequences.",
    "rnn stacked_cells",
)
def single_cells(kit):
    L = kit.layers
    given = kit.Input((4, 3), name="steps")
    rolled = L.RNN([L.GRUCell(2)], return_sequences=True, name="rolled")(given)
    unrolled = L.RNN([L.LSTMCell(3)], unroll=True, return_sequences=True, name="unrolled")(rolled)
    last = L.RNN([L.LSTMCell(2)], unroll=True, name="last")(unrolled)
    return kit.functional(given, [unrolled, last])
