"""Recurrent layers: gate activations, masks, states, cells and wrappers, era by era."""

import os

import record as rec
from casebook import case, special


def padded_ids(rng):
    """Sequences of ids that end in zeros, one of them full and one of them empty but for one step."""
    ids = rng.randint(1, 7, size=(4, 6)).astype("float32")
    for row, length in enumerate((6, 4, 1, 3)):
        ids[row, length:] = 0
    return [ids]


def gappy_ids(rng):
    """Sequences whose zeros stand at the beginning and in the middle too."""
    ids = padded_ids(rng)[0]
    ids[0, 2] = 0
    ids[1] = ids[1, ::-1]
    return [ids]


@case(
    "keras-2.0.8 keras-2.2.4 keras-2.2.4-theano ~keras-2.3.1 tf.keras-1.13 tf.keras-2.0 ~tf.keras-2.8 "
    "tf.keras-2.12/keras ~tf.keras-2.14/keras tf.keras-2.15/keras",
    "LSTM, GRU and SimpleRNN with the era's defaults: hard_sigmoid gates and no reset_after before TensorFlow 2.",
    "lstm gru simple_rnn hard_sigmoid reset_after recurrent_defaults",
)
def rnn_defaults(kit):
    L = kit.layers
    line = kit.Input((6, 3), name="line")
    x = L.LSTM(3, return_sequences=True, name="lstm")(line)
    x = L.GRU(4, return_sequences=True, name="gru")(x)
    x = L.SimpleRNN(3, name="simple")(x)
    return kit.functional(line, L.Dense(2, activation="hard_sigmoid")(x))


@case(
    "keras-2.0.8",
    "A GRU without a bias, whose shapes do not show that its reset gate acts before the product.",
    "gru reset_after no_bias",
)
def gru_without_bias(kit):
    L = kit.layers
    line = kit.Input((6, 3), name="line")
    x = L.GRU(4, use_bias=False, activation="sigmoid", return_sequences=True)(line)
    return kit.functional(line, L.Bidirectional(L.GRU(2, use_bias=False))(x))


@case(
    "~keras-2.2.4 tf.keras-2.8 ~tf.keras-2.13/keras",
    "Options set explicitly: hard_sigmoid gates, reset_after both ways, no bias, backwards, unrolled, implementations.",
    "lstm gru hard_sigmoid reset_after go_backwards unroll implementation",
)
def rnn_options(kit):
    L = kit.layers
    line = kit.Input((5, 3), name="line")
    x = L.LSTM(3, recurrent_activation="hard_sigmoid", return_sequences=True, unroll=True)(line)
    x = L.GRU(
        4, recurrent_activation="hard_sigmoid", reset_after=True, return_sequences=True, go_backwards=True
    )(x)
    x = L.GRU(3, reset_after=False, implementation=2, activation="relu", return_sequences=True)(x)
    x = L.LSTM(4, use_bias=False, unit_forget_bias=False, implementation=1, return_sequences=True)(x)
    x = L.SimpleRNN(3, activation="sigmoid", use_bias=False, go_backwards=True)(x)
    return kit.functional(line, x)


@case(
    "~keras-2.0.8 keras-2.2.4 keras-2.3.1 tf.keras-2.0 tf.keras-2.8 ~tf.keras-2.12/keras",
    "Bidirectional LSTM and GRU over masked ids: the backward pass treated masked steps differently up to "
    "Keras 2.3 and tf.keras 2.0.",
    "bidirectional mask embedding lstm gru",
    inputs=padded_ids,
    notes={
        "tf.keras-2.0": "Recorded before saving; read back, the writer gives zeros for the masked steps going forward."
    },
)
def bidirectional_masked(kit):
    L = kit.layers
    ids = kit.Input((6,), name="ids")
    x = L.Embedding(7, 3, mask_zero=True)(ids)
    x = L.Bidirectional(L.LSTM(2, return_sequences=True))(x)
    y = L.Bidirectional(L.GRU(2))(x)
    return kit.functional(ids, [y, x])


@case(
    "keras-2.2.4 ~tf.keras-2.8",
    "Masks with gaps and at the start, through LSTM, GRU, TimeDistributed and a model that begins with Masking.",
    "mask masking lstm gru time_distributed",
    inputs=gappy_ids,
)
def masks(kit):
    L = kit.layers
    ids = kit.Input((6,), name="ids")
    x = L.Embedding(7, 3, mask_zero=True)(ids)
    x = L.LSTM(3, return_sequences=True)(x)
    x = L.TimeDistributed(L.Dense(3, activation="relu"))(x)
    x = L.Dropout(0.2)(x)
    y = L.GRU(2)(x)
    return kit.functional(ids, [L.Dense(2)(y), L.SimpleRNN(2)(L.Masking()(x))])


@case(
    "~keras-2.2.4 tf.keras-2.8 ~tf.keras-2.12/keras ~tf.keras-2.15/keras",
    "Bidirectional in all merge modes, with returned states.",
    "bidirectional merge_mode wrapper return_state",
)
def bidirectional_modes(kit):
    L = kit.layers
    line = kit.Input((5, 3), name="line")
    x = L.Bidirectional(L.LSTM(2, return_sequences=True), merge_mode="sum")(line)
    x = L.Bidirectional(L.SimpleRNN(2, return_sequences=True), merge_mode="mul")(x)
    x = L.Bidirectional(L.GRU(2, return_sequences=True), merge_mode="ave")(x)
    outputs = L.Bidirectional(L.LSTM(2, return_state=True), merge_mode=None)(x)
    return kit.functional(line, list(outputs))


@case(
    "tf.keras-2.8 tf.keras-2.14/keras",
    "Bidirectional with a backward layer of another class and size.",
    "bidirectional backward_layer wrapper",
)
def bidirectional_backward(kit):
    L = kit.layers
    line = kit.Input((5, 3), name="line")
    back = L.GRU(3, return_sequences=True, go_backwards=True, activation="relu", name="back")
    x = L.Bidirectional(L.LSTM(2, return_sequences=True), backward_layer=back)(line)
    return kit.functional(line, L.Dense(2)(x))


@case(
    "keras-2.2.4 ~tf.keras-2.0 tf.keras-2.8 ~tf.keras-2.15 tf.keras-2.15/keras ~tf.keras-2.11/savedmodel",
    "Encoder and decoder: the encoder's states are the decoder's initial_state, given as a list of inputs.",
    "seq2seq initial_state return_state",
)
def seq2seq(kit):
    L = kit.layers
    source, target = kit.Input((None, 3), name="source"), kit.Input((None, 2), name="target")
    _, h, c = L.LSTM(4, return_state=True, name="encoder")(source)
    decoded, dh, _ = L.LSTM(4, return_sequences=True, return_state=True, name="decoder")(
        target, initial_state=[h, c]
    )
    again = L.GRU(4, return_sequences=True, name="gru")(decoded, initial_state=dh)
    return kit.functional([source, target], L.TimeDistributed(L.Dense(2, activation="softmax"))(again))


@case(
    "~keras-2.2.4 tf.keras-2.4",
    "Bidirectional with the four states of another Bidirectional as initial_state.",
    "seq2seq initial_state bidirectional",
)
def seq2seq_bidirectional(kit):
    L = kit.layers
    source, target = kit.Input((4, 3), name="source"), kit.Input((5, 2), name="target")
    states = L.Bidirectional(L.LSTM(2, return_state=True), name="encoder")(source)[1:]
    x = L.Bidirectional(L.LSTM(2, return_sequences=True), name="decoder")(target, initial_state=states)
    return kit.functional([source, target], L.Dense(2)(x))


@case(
    "~keras-2.2.4 tf.keras-2.8 tf.keras-2.14/keras",
    "Stateful LSTM and GRU with a fixed batch size; outputs are those of the first call after a reset.",
    "stateful batch_input_shape",
    activations=False,
)
def stateful(kit):
    L = kit.layers
    return kit.Sequential(
        [
            L.LSTM(3, stateful=True, return_sequences=True, batch_input_shape=(2, 4, 3)),
            L.GRU(2, stateful=True),
            L.Dense(2),
        ]
    )


@case(
    "keras-2.2.4 ~tf.keras-2.8 tf.keras-2.13/keras",
    "RNN over one cell and over a list of cells (StackedRNNCells), alone and in a Bidirectional layer.",
    "rnn_cell stacked_rnn_cells wrapper",
)
def cells(kit):
    L = kit.layers
    line = kit.Input((5, 3), name="line")
    x = L.RNN([L.LSTMCell(3), L.GRUCell(2), L.SimpleRNNCell(4)], return_sequences=True)(line)
    x = L.RNN(L.GRUCell(3, recurrent_activation="hard_sigmoid"), return_sequences=True)(x)
    x = L.RNN(L.StackedRNNCells([L.LSTMCell(2)]))(x)
    return kit.functional(line, x)


@case(
    "keras-2.2.4 ~tf.keras-2.8 tf.keras-2.13/keras",
    "ConvLSTM2D, whose gates default to hard_sigmoid in every Keras 2 and to sigmoid in Keras 3.",
    "conv_lstm2d hard_sigmoid",
)
def conv_lstm(kit):
    L = kit.layers
    film = kit.Input((3, 5, 5, 2), name="film")
    x = L.ConvLSTM2D(2, 2, padding="same", return_sequences=True)(film)
    x = L.ConvLSTM2D(2, 3, activation="relu", recurrent_activation="sigmoid")(x)
    return kit.functional(film, L.Flatten()(x))


@case(
    "tf.keras-2.8 ~tf.keras-2.15/keras",
    "ConvLSTM in one and three dimensions, and one in a Bidirectional layer.",
    "conv_lstm1d conv_lstm3d hard_sigmoid wrapper",
)
def conv_lstm_others(kit):
    L = kit.layers
    line = kit.Input((3, 5, 2), name="line")
    x = L.Flatten()(L.Bidirectional(L.ConvLSTM1D(2, 2))(line))
    cube = kit.Input((2, 3, 3, 3, 1), name="cube")
    y = L.Flatten()(L.ConvLSTM3D(1, 2)(cube))
    return kit.functional([line, cube], L.Concatenate()([x, y]))


@case(
    "tf.keras-2.4 ~tf.keras-2.8 tf.keras-2.14/keras",
    "Time before batch: time_major recurrent layers, which Keras 3 does not support.",
    "time_major lstm gru simple_rnn",
)
def time_major(kit):
    L = kit.layers
    line = kit.Input((4, 3), batch_size=5, name="line")
    x = L.LSTM(3, time_major=True, return_sequences=True)(line)
    x = L.GRU(2, time_major=True, return_sequences=True, go_backwards=True)(x)
    x = L.SimpleRNN(2, time_major=True)(x)
    return kit.functional(line, x)


@case(
    "~tf.keras-2.8 tf.keras-2.13/keras",
    "zero_output_for_mask, and return_state with masks.",
    "mask zero_output_for_mask return_state",
    inputs=padded_ids,
)
def masked_zero(kit):
    L = kit.layers
    ids = kit.Input((6,), name="ids")
    x = L.Embedding(7, 3, mask_zero=True)(ids)
    cell = L.RNN(L.LSTMCell(3), return_sequences=True, return_state=True, zero_output_for_mask=True)
    sequence, h, c = cell(x)
    return kit.functional(ids, [sequence, h, c])


@case(
    "tf.keras-2.8",
    "Dropout inside recurrent layers, noise in training only.",
    "lstm dropout recurrent_dropout",
)
def rnn_dropout(kit):
    L = kit.layers
    return kit.Sequential(
        [
            L.LSTM(3, dropout=0.2, recurrent_dropout=0.3, return_sequences=True, input_shape=(None, 2)),
            L.GRU(2, dropout=0.1, recurrent_dropout=0.2),
        ]
    )


def _cudnn_model(kit, lstm, gru, **options):
    L = kit.layers
    line = kit.Input((5, 3), name="line")
    x = L.Bidirectional(lstm(2, return_sequences=True, name="lstm", **options), name="both")(line)
    x = gru(3, return_sequences=True, name="gru", **options)(x)
    x = lstm(2, name="last", **options)(x)
    return kit.functional(line, L.Dense(2, name="top")(x))


def _without_kernel(kit, states):
    """What stands for the GPU operation while the graph is built: a CPU session refuses the operation itself."""

    def process(layer, inputs, initial_state):
        zeros = kit.K.zeros((kit.K.int_shape(inputs)[-1], layer.units))
        outputs = kit.K.dot(inputs, zeros)
        last = outputs[:, -1]
        return outputs if layer.return_sequences else last, [last] * states

    return process


@special(
    "keras-2.2.4 tf.keras-1.13",
    "CuDNNLSTM and CuDNNGRU, which do not run on a CPU: the outputs come from the plain layers, into which the same framework converted the weights when it loaded the file.",
    "cudnn_lstm cudnn_gru reset_after bidirectional",
)
def cudnn(kit, folder):
    L = kit.layers
    L.CuDNNLSTM._process_batch = _without_kernel(kit, 2)
    L.CuDNNGRU._process_batch = _without_kernel(kit, 1)
    model = _cudnn_model(kit, L.CuDNNLSTM, L.CuDNNGRU)
    rec.draw_weights(kit, model, kit.rng("cudnn", "weights"))
    path = os.path.join(folder, "model.h5")
    model.save(path)

    def gru(units, **options):
        return L.GRU(units, reset_after=True, **options)

    plain = _cudnn_model(kit, L.LSTM, gru, recurrent_activation="sigmoid")
    plain.load_weights(path)
    inputs = rec.draw_inputs(kit, plain, kit.rng("cudnn", "inputs"))
    golden = rec.numbered("inputs", inputs)
    golden.update(rec.numbered("outputs", rec.run(kit, plain, inputs)))
    rec.write_npz(os.path.join(folder, "model.golden.npz"), golden)
    return {
        "artifact": "model.h5",
        "kind": "h5",
        "golden": "model.golden.npz",
        "expect": {"status": "migrated"},
    }


@special(
    "keras-2.2.4",
    "Weights of CuDNNLSTM and CuDNNGRU beside an architecture of plain layers: load_weights converts what it reads.",
    "cudnn_lstm cudnn_gru plain_layers reset_after weights_only",
)
def cudnn_weights_in_plain(kit, folder):
    L = kit.layers
    L.CuDNNLSTM._process_batch = _without_kernel(kit, 2)
    L.CuDNNGRU._process_batch = _without_kernel(kit, 1)
    trained = _cudnn_model(kit, L.CuDNNLSTM, L.CuDNNGRU)
    rec.draw_weights(kit, trained, kit.rng("cudnn_weights_in_plain", "weights"))
    path = os.path.join(folder, "model.weights.h5")
    trained.save_weights(path)

    def gru(units, **options):
        return L.GRU(units, reset_after=True, **options)

    plain = _cudnn_model(kit, L.LSTM, gru, recurrent_activation="sigmoid")
    plain.load_weights(path)
    with open(os.path.join(folder, "model.json"), "w") as handle:
        handle.write(plain.to_json())
    inputs = rec.draw_inputs(kit, plain, kit.rng("cudnn_weights_in_plain", "inputs"))
    golden = rec.numbered("inputs", inputs)
    golden.update(rec.numbered("outputs", rec.run(kit, plain, inputs)))
    rec.write_npz(os.path.join(folder, "model.golden.npz"), golden)
    return {
        "artifact": "model.weights.h5",
        "architecture": "model.json",
        "kind": "h5+json",
        "golden": "model.golden.npz",
        "expect": {"status": "migrated"},
    }
