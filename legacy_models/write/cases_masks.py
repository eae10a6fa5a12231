"""Masks on their way through attention, merges and borders."""

import numpy as np
from casebook import case
from cases_recurrent import padded_ids


@case(
    "~tf.keras-2.4 tf.keras-2.8 tf.keras-2.11",
    "MultiHeadAttention over padded words, alone and in a nested model: before 2.10 it ignored the mask.",
    "multi_head_attention mask embedding nested_model",
    inputs=padded_ids,
)
def attention_over_padding(kit):
    L = kit.layers
    entry = kit.Input((6, 4), name="entry")
    block = kit.functional(entry, L.MultiHeadAttention(1, 2, name="inner")(entry, entry), name="block")
    ids = kit.Input((6,), name="ids")
    words = L.Embedding(7, 4, mask_zero=True, name="words")(ids)
    x = L.MultiHeadAttention(2, 3, name="outer")(words, words)
    return kit.functional(ids, [L.Add()([words, x]), block(words), L.LSTM(2)(words)])


@case(
    "keras-2.2.4 tf.keras-2.8",
    "Masked sequences concatenated by a layer that is called as Keras 3 calls the operation on their masks.",
    "mask concatenate embedding duplicate_names",
    inputs=padded_ids,
)
def masks_concatenated(kit):
    L = kit.layers
    ids = kit.Input((6,), name="ids")
    words = L.Embedding(7, 4, mask_zero=True, name="words")(ids)
    one, two = L.LSTM(2, return_sequences=True)(words), L.GRU(3, return_sequences=True)(words)
    both = L.Dense(3)(L.Concatenate(name="concatenate")([one, two]))
    return kit.functional(ids, L.SimpleRNN(2)(both))


@case(
    "tf.keras-2.11 tf.keras-2.15/keras",
    "A transformer block with dropout over padded words, joined by + so that the padding counts after it.",
    "multi_head_attention mask embedding dropout ops",
    inputs=padded_ids,
    activations=False,
)
def attention_of_padding(kit):
    L = kit.layers
    ids = kit.Input((6,), name="ids")
    words = L.Embedding(7, 4, mask_zero=True, name="words")(ids)
    x = words + L.MultiHeadAttention(2, 3, dropout=0.1, name="attention")(words, words)
    query = L.Dense(4, name="query")(words)
    y, scores = L.MultiHeadAttention(1, 2, name="scored")(query, words, return_attention_scores=True)
    return kit.functional(ids, [L.GlobalAveragePooling1D()(L.LayerNormalization()(x)), y, scores])


def padded_pair(rng):
    """Ids of a question and of an answer, the second padded in other places than the first."""
    return [padded_ids(rng)[0], padded_ids(rng)[0][::-1]]


@case(
    "keras-2.2.4 tf.keras-2.8 tf.keras-2.15/keras",
    "Encoder and decoder over padded text: the decoder gets the encoder's states and, implicitly, its mask.",
    "seq2seq initial_state mask embedding functional_kwargs",
    inputs=padded_pair,
)
def seq2seq_masked(kit):
    L = kit.layers
    question, answer = kit.Input((6,), name="question"), kit.Input((6,), name="answer")
    asked = L.Embedding(7, 4, mask_zero=True, name="asked")(question)
    said = L.Embedding(7, 4, mask_zero=True, name="said")(answer)
    _, h, c = L.LSTM(3, return_state=True, name="encoder")(asked)
    told = L.LSTM(3, return_sequences=True, name="decoder")(said, initial_state=[h, c])
    _, g = L.GRU(3, return_state=True, name="gated_encoder")(asked)
    gated = L.GRU(3, return_sequences=True, name="gated_decoder")(said, initial_state=g)
    words = L.TimeDistributed(L.Dense(7, activation="softmax"), name="words")(told)
    return kit.functional([question, answer], [words, L.SimpleRNN(2)(told), L.SimpleRNN(2)(gated)])


def ids_padded_anywhere(rng):
    """Ids that are padded on the right, on the left, in between and throughout, and as many states as layers take."""
    ids = [[1, 2, 3, 0, 0, 0], [0, 0, 4, 5, 6, 1], [2, 0, 3, 0, 0, 4], [0, 0, 0, 0, 0, 0]]
    return [np.array(ids, dtype="float32")]


def ids_and_states(rng):
    """The same, and two states."""
    return ids_padded_anywhere(rng) + [rng.normal(size=(4, 3)).astype("float32") for _ in range(2)]


@case(
    "~keras-2.0.8 keras-2.2.4 keras-2.3.1",
    "Recurrent layers with initial states, over padding in any position: before 2.3 they gave the first state for it.",
    "mask initial_state lstm gru",
    inputs=ids_and_states,
)
def masked_initial_state(kit):
    L = kit.layers
    ids, h, c = kit.Input((6,), name="ids"), kit.Input((3,), name="h"), kit.Input((3,), name="c")
    words = L.Embedding(7, 4, mask_zero=True, name="words")(ids)
    gates = {"recurrent_activation": "sigmoid"}
    steps, last, cell = L.LSTM(3, return_sequences=True, return_state=True, name="lstm", **gates)(
        words, initial_state=[h, c]
    )
    back = L.GRU(3, go_backwards=True, return_sequences=True, name="gru", **gates)(words, initial_state=h)
    one = L.SimpleRNN(3, name="rnn")(words, initial_state=c)
    after = L.LSTM(2, name="after", **gates)(steps)
    return kit.functional([ids, h, c], [L.Dense(2, name="out")(steps), last, cell, back, one, after])


@case(
    "tf.keras-1.12",
    "LSTM layers with lists of initial states over padding in any position: tf.keras up to 1.12 behaved like Keras before 2.3.",
    "mask initial_state lstm",
    inputs=ids_and_states,
)
def masked_initial_states(kit):
    L = kit.layers
    ids, h, c = kit.Input((6,), name="ids"), kit.Input((3,), name="h"), kit.Input((3,), name="c")
    words = L.Embedding(7, 4, mask_zero=True, name="words")(ids)
    steps = L.LSTM(3, return_sequences=True, name="lstm")(words, initial_state=[h, c])
    return kit.functional([ids, h, c], [steps, L.GRU(3, name="gru")(words, initial_state=[h])])


@case(
    "keras-2.2.4 keras-2.3.1 ~keras-2.2.2",
    "Stacks of cells over padding, for which 2.2.3 to 2.2.5 gave the first cell's state.",
    "mask stacked_cells",
    inputs=ids_padded_anywhere,
)
def masked_cells(kit):
    L = kit.layers
    ids = kit.Input((6,), name="ids")
    words = L.Embedding(7, 4, mask_zero=True, name="words")(ids)
    gates = {"recurrent_activation": "sigmoid"}
    two = [L.GRUCell(3, **gates), L.LSTMCell(3, **gates)]
    three = [L.SimpleRNNCell(2), L.GRUCell(3, **gates), L.SimpleRNNCell(2)]
    steps = L.RNN(three, return_sequences=True, name="three")(words)
    return kit.functional(
        ids, [L.RNN(two, name="two")(words), steps, L.LSTM(2, name="after", **gates)(steps)]
    )


@case(
    "tf.keras-1.12",
    "The same by tf.keras 1.12, whose files cannot be told from those of 1.10, which gave the last cell's state.",
    "mask stacked_cells",
    inputs=ids_padded_anywhere,
    status="failed",
    reason="SIL056",
)
def masked_cells_of_either(kit):
    L = kit.layers
    ids = kit.Input((6,), name="ids")
    words = L.Embedding(7, 4, mask_zero=True, name="words")(ids)
    return kit.functional(ids, L.RNN([L.GRUCell(3), L.SimpleRNNCell(3)], name="two")(words))


@case(
    "tf.keras-1.12",
    "Bidirectional over padding in any position, where up to 1.12 it repeated its output.",
    "bidirectional mask",
    inputs=ids_padded_anywhere,
)
def masked_both_ways(kit):
    L = kit.layers
    ids = kit.Input((6,), name="ids")
    words = L.Embedding(7, 4, mask_zero=True, name="words")(ids)
    return kit.functional(ids, L.Bidirectional(L.SimpleRNN(2, use_bias=False, return_sequences=True))(words))


@case(
    "keras-2.2.4 keras-2.3.1 tf.keras-1.15 ~tf.keras-2.4",
    "A stateful Bidirectional layer: between 2.1.4 and TensorFlow 2 it began every call with zeros.",
    "stateful bidirectional",
    inputs=lambda rng: [rng.normal(size=(2, 4, 3)).astype("float32")],
)
def stateful_bidirectional(kit):
    L = kit.layers
    line = kit.Input(batch_shape=(2, 4, 3), name="line")
    both = L.Bidirectional(L.SimpleRNN(2, stateful=True, return_sequences=True, name="rnn"), name="both")(
        line
    )
    return kit.functional(line, L.Dense(2, name="out")(both))


@case(
    "keras-2.2.4 tf.keras-2.8",
    "A stack of recurrent layers over padded words, each of which passes the mask on to the next.",
    "mask embedding lstm gru bidirectional sequential",
    inputs=padded_ids,
)
def masked_stack(kit):
    L = kit.layers
    return kit.Sequential(
        [
            L.Embedding(7, 4, mask_zero=True, input_length=6, name="words"),
            L.LSTM(3, return_sequences=True, recurrent_activation="sigmoid", name="first"),
            L.Bidirectional(L.GRU(3, return_sequences=True, recurrent_activation="sigmoid"), name="second"),
            L.LSTM(2, recurrent_activation="sigmoid", name="third"),
        ]
    )


@case(
    "tf.keras-2.8",
    "Attention between the states of two recurrent layers over padded words.",
    "mask embedding lstm attention",
    inputs=padded_pair,
)
def masked_attention(kit):
    L = kit.layers
    question, answer = kit.Input((6,), name="question"), kit.Input((6,), name="answer")
    words = L.Embedding(7, 4, mask_zero=True, name="words")
    asked = L.LSTM(3, return_sequences=True, name="asked")(words(question))
    told = L.LSTM(3, return_sequences=True, name="told")(words(answer))
    return kit.functional([question, answer], L.GlobalAveragePooling1D()(L.Attention()([asked, told])))


@case(
    "keras-2.2.4 tf.keras-2.15/keras",
    "Product, maximum and minimum of masked sequences: Keras 3 leaves out masked values.",
    "mask multiply maximum minimum",
    inputs=padded_ids,
)
def masks_multiplied(kit):
    L = kit.layers
    ids = kit.Input((6,), name="ids")
    words = L.Embedding(7, 4, mask_zero=True, name="words")(ids)
    plain = L.Embedding(7, 4, name="plain")(ids)
    one, two = L.Dense(4, name="one")(words), L.Dense(4, name="two")(words)
    product = L.Multiply(name="product")([one, two, plain])
    largest = L.Maximum(name="largest")([one, plain])
    least = L.Minimum(name="least")([one, two]) if hasattr(L, "Minimum") else product
    outputs = [L.LSTM(2)(product), L.GRU(2)(largest), L.SimpleRNN(2)(least), product, largest, least]
    return kit.functional(ids, outputs)


@case(
    "tf.keras-2.15/keras",
    "Masked sequences multiplied with the outputs of attention and of a Bidirectional layer over them.",
    "mask multiply attention multi_head_attention bidirectional",
    inputs=padded_ids,
)
def masks_multiplied_attention(kit):
    L = kit.layers
    ids = kit.Input((None,), name="ids", dtype="int32")
    words = L.Embedding(7, 4, mask_zero=True, name="words")(ids)
    heads = L.MultiHeadAttention(1, 2, name="heads")(words, value=words)
    both = L.Bidirectional(L.GRU(2, return_sequences=True), name="both")(words)
    return kit.functional(
        ids, [L.Multiply(name="attended")([words, heads]), L.Maximum(name="read")([words, both])]
    )


def characters(rng):
    """Ids of the characters of words: words of several lengths, and behind the last word words without characters."""
    ids = rng.randint(1, 7, size=(4, 5, 6)).astype("int32")
    for row, words in enumerate((5, 3, 2, 4)):
        ids[row, words:] = 0
        for word in range(words):
            ids[row, word, 2 + (row + word) % 4 :] = 0
    return [ids, rng.normal(size=(4, 5, 3)).astype("float32")]


def tagged_words(kit, length):
    """Two recurrent layers, of which one reads the characters of each word and the other the words."""
    L = kit.layers
    letters, vectors = (
        kit.Input((length, 6), name="letters", dtype="int32"),
        kit.Input((length, 3), name="vectors"),
    )
    embedded = L.TimeDistributed(L.Embedding(7, 3, mask_zero=True), name="embedded")(letters)
    words = L.TimeDistributed(L.Bidirectional(L.LSTM(2)), name="words")(embedded)
    tags = L.Bidirectional(L.LSTM(2, return_sequences=True), name="tags")(
        L.Concatenate(name="both")([vectors, words])
    )
    alone = L.GRU(2, name="alone")(words)
    return kit.functional([letters, vectors], [L.Dense(3, name="out")(tags), alone])


@case(
    "keras-2.2.4 tf.keras-2.8",
    "Masked characters of words: words without a character are masked, too. Sequences of any length.",
    "mask embedding time_distributed bidirectional lstm",
    inputs=characters,
)
def characters_of_words(kit):
    return tagged_words(kit, None)


@case(
    "tf.keras-2.8",
    "Masked characters of words: words without a character are masked, too. Sequences of one length.",
    "mask embedding time_distributed bidirectional lstm",
    inputs=characters,
)
def characters_of_five_words(kit):
    return tagged_words(kit, 5)


@case(
    "tf.keras-1.15",
    "A stateful GRU that reads what it gave itself: in a graph both calls begin with the same state.",
    "stateful shared gru",
    status="failed",
    reason="SIL062",
)
def stateful_shared(kit):
    steps = kit.Input(batch_shape=(4, 5, 3), name="steps")
    layer = kit.layers.GRU(3, return_sequences=True, stateful=True, name="gru")
    return kit.functional(steps, layer(layer(steps)))
