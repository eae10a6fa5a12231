"""What Keras 1 and the Theano backend had and nothing later has: one case for each rule that no other case needs."""

import numpy as np
from casebook import case
from cases_keras1 import masked_ids


@case(
    "keras-1.2.2-theano",
    "Convolutions with the border mode `full`, which only Theano supported.",
    "keras1 convolution2d convolution1d border_full theano",
)
def conv_full(kit):
    L = kit.layers
    line, image = kit.Input((6, 3), name="line"), kit.Input((2, 6, 5), name="image")
    x = L.Convolution1D(4, 3, border_mode="full", activation="tanh")(line)
    y = L.Convolution2D(3, 3, 2, border_mode="full", dim_ordering="th", subsample=(2, 1))(image)
    return kit.functional([line, image], [L.Convolution1D(2, 2, border_mode="full")(x), L.Flatten()(y)])


@case(
    "keras-1.2.2",
    "PReLU with slopes shared along axes, which its configuration does not record, and with one slope per element.",
    "keras1 prelu shared_axes",
    notes={"keras-1.2.2": "The writer shares no axes when it reads the file, so that its slopes do not fit."},
)
def prelu_shared(kit):
    L = kit.layers
    image = kit.Input((5, 4, 3), name="image")
    x = L.advanced_activations.PReLU(shared_axes=[1, 2], name="shared")(image)
    x = L.Convolution2D(2, 2, 2, dim_ordering="tf")(x)
    return kit.functional(image, L.advanced_activations.PReLU(name="single")(x))


@case(
    "keras-1.2.2",
    "Words dropped inside an Embedding and an EigenvalueRegularizer: both are active only in training.",
    "keras1 embedding_dropout eigenvalue_regularizer",
    inputs=masked_ids,
    notes={"keras-1.2.2": "The writer leaves the regularizer's factor out and cannot make it again."},
)
def regularisation_lost(kit):
    L = kit.layers
    regularizer = kit.keras.regularizers.EigenvalueRegularizer(0.01)
    ids = kit.Input((5,), name="ids")
    x = L.Flatten()(L.Embedding(7, 3, dropout=0.2)(ids))
    return kit.functional(ids, L.Dense(4, W_regularizer=regularizer)(x))


@case(
    "keras-1.2.2-theano keras-2.2.4-theano",
    "Pooling with borders on Theano, whose windows begin at other positions: pairs, threes with strides, means of few elements.",
    "theano pooling padding_same",
)
def pooling_borders(kit):
    L = kit.layers
    last = {"dim_ordering": "tf"} if kit.keras1 else {"data_format": "channels_last"}
    same = {"border_mode" if kit.keras1 else "padding": "same"}
    both = dict(last, **same)
    image, line = kit.Input((7, 6, 2), name="image"), kit.Input((7, 3), name="line")
    heads = [
        L.MaxPooling2D((2, 2), **both)(image),
        L.MaxPooling2D((3, 2), strides=(2, 1), **both)(image),
        L.AveragePooling2D((2, 3), strides=(2, 2), **both)(image),
        L.AveragePooling2D((3, 3), strides=(1, 1), **both)(image),
        L.MaxPooling1D(2, **same)(line),
        L.Dense(2)(L.Flatten()(line)),  # Keras 1 tells its backend by the names of weights alone
    ]
    return kit.functional([image, line], heads)


def _some_words(rng):
    """Ids with padding, and numbers for each of them."""
    return [masked_ids(rng)[0], rng.normal(size=(3, 5, 2)).astype("float32")]


@case(
    "keras-2.2.4 tf.keras-2.8 tf.keras-2.13/keras",
    "Tensors with different masks are merged and read by recurrent layers: Keras 2 joins the masks by `and`.",
    "mask merge concatenate embedding",
    inputs=_some_words,
)
def masks_merged(kit):
    L = kit.layers
    ids, numbers = kit.Input((5,), name="ids"), kit.Input((5, 2), name="numbers")
    words = L.Embedding(7, 3, mask_zero=True, name="words")(ids)
    x = L.LSTM(3)(L.Concatenate()([words, numbers]))
    y = L.GRU(2)(L.Add()([words, L.Dense(3)(numbers)]))
    return kit.functional([ids, numbers], L.Dense(2)(L.Concatenate()([x, y])))


@case(
    "keras-2.2.4",
    "A merged tensor with a mask of words is merged again with those words.",
    "mask merge concatenate embedding",
    inputs=_some_words,
)
def masks_merged_twice(kit):
    L = kit.layers
    ids, numbers = kit.Input((5,), name="ids"), kit.Input((5, 2), name="numbers")
    words = L.Embedding(7, 3, mask_zero=True, name="words")(ids)
    once = L.Dropout(0.2)(L.Concatenate(name="once")([numbers, words]))
    return kit.functional([ids, numbers], L.SimpleRNN(2)(L.Concatenate(name="twice")([words, once])))


@case(
    "keras-2.2.4 tf.keras-2.8 tf.keras-2.14/keras",
    "TimeDistributed over videos of unknown length: over a convolution, a pooling layer and a whole model.",
    "time_distributed dynamic_length wrapper nested_model",
)
def time_distributed_dynamic(kit):
    L = kit.layers
    film = kit.Input((None, 5, 4, 2), name="film")
    frame = kit.Input((5, 4, 2), name="frame")
    flat = L.Flatten()(L.Conv2D(1, 2)(frame))
    inner = kit.functional(frame, L.Dense(3, activation="tanh")(flat), name="inner")
    x = L.TimeDistributed(L.Conv2D(2, 2, activation="relu"))(film)
    x = L.TimeDistributed(L.GlobalMaxPooling2D())(x)
    y = L.TimeDistributed(inner, name="frames")(film)
    return kit.functional(film, L.Dense(2)(L.Concatenate()([x, y])))


def _sentences(rng):
    words = rng.randint(1, 7, (4, 3, 5))
    words[0, 0, 3:] = words[1, 1, :2] = words[2, 2, 2] = 0
    return [words.astype("float32")]


@case(
    "keras-2.2.4",
    "A model of padded words under TimeDistributed, whose Bidirectional repeats its output for masked steps.",
    "time_distributed nested_model mask bidirectional embedding",
    inputs=_sentences,
)
def time_distributed_masked(kit):
    L = kit.layers
    words = kit.Input((5,), name="words")
    x = L.Embedding(7, 3, mask_zero=True)(words)
    sentence = kit.functional(words, L.Bidirectional(L.LSTM(2, return_sequences=True))(x), name="sentence")
    text = kit.Input((3, 5), name="text")
    return kit.functional(text, L.TimeDistributed(sentence, name="sentences")(text))


def _stacked_states(kit):
    L = kit.layers

    def stack():
        return [L.LSTMCell(2), L.GRUCell(3), L.SimpleRNNCell(2)]

    line, other = kit.Input((4, 3), name="line"), kit.Input((5, 3), name="other")
    first = L.RNN(stack(), return_state=True, name="first")(line)
    second = L.RNN(stack(), return_sequences=True, name="second")(other, initial_state=first[1:])
    return kit.functional([line, other], [second] + first)


@case(
    "keras-2.2.2 keras-2.2.4",
    "Stacked cells whose last states are outputs and go to another stack: up to 2.2.2 ordered from the last cell on.",
    "stacked_rnn_cells return_state initial_state",
)
def stacked_states(kit):
    return _stacked_states(kit)


@case(
    "tf.keras-1.12",
    "Stacked cells whose states are outputs: releases with the same version number ordered them either way.",
    "stacked_rnn_cells return_state initial_state",
    status="failed",
    reason="SIL038",
)
def stacked_states_either(kit):
    return _stacked_states(kit)


@case(
    "tf.keras-2.8",
    "Stacked cells told to order their states from the last cell: they do not, and the file does not record it.",
    "stacked_rnn_cells return_state reverse_state_order",
)
def stacked_states_reversed(kit):
    L = kit.layers
    line = kit.Input((4, 3), name="line")
    cells = L.StackedRNNCells([L.LSTMCell(2), L.GRUCell(2)], reverse_state_order=True)
    output, gru, lstm = L.RNN(cells, return_state=True)(line)
    return kit.functional(line, [output, gru] + list(lstm))


def _ordinary(rng):
    return [rng.normal(size=(3, 4, 3)).astype(np.float32)]


@case(
    "keras-2.2.2 tf.keras-1.12",
    "Stacked cells whose states are not used, and states of a single cell.",
    "stacked_rnn_cells return_state",
    inputs=_ordinary,
)
def stacked_cells(kit):
    L = kit.layers
    line = kit.Input((4, 3), name="line")
    x = L.RNN([L.GRUCell(3), L.LSTMCell(2)], return_sequences=True)(line)
    x, h, c = L.RNN(L.LSTMCell(2), return_state=True)(x)
    return kit.functional(line, [x, h, c])


@case(
    "tf.keras-1.13",
    "Nearest-neighbour up-sampling, which the configuration does not record: the default is right.",
    "upsampling interpolation_unsaid",
)
def upsampling_nearest(kit):
    L = kit.layers
    image = kit.Input((3, 4, 2), name="image")
    return kit.functional(image, L.Conv2D(2, 2)(L.UpSampling2D((2, 3))(image)))


@case(
    "tf.keras-1.13",
    "Bilinear up-sampling, which the file does not record: only the recorded outputs show that it is not the default.",
    "upsampling interpolation_lost",
    status="failed",
    reason="PAR001",
    notes={"tf.keras-1.13": "The writer reads nearest neighbours back."},
)
def upsampling_lost(kit):
    L = kit.layers
    image = kit.Input((3, 4, 2), name="image")
    return kit.functional(image, L.Conv2D(2, 2)(L.UpSampling2D((2, 2), interpolation="bilinear")(image)))
