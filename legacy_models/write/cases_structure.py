"""How layers are put together: nested, shared, several inputs and outputs, awkward names, long attributes."""

import os

import record as rec
from casebook import case, special


def base(kit, name=None, classes=3):
    """A small convolutional model to nest."""
    L = kit.layers
    image = kit.Input((6, 6, 2), name="base_image")
    x = L.Conv2D(classes, 2, name="base_conv")(image)
    x = L.BatchNormalization(name="base_norm")(x)
    x = L.GlobalAveragePooling2D(name="base_pool")(x)
    options = {} if name is None else {"name": name}
    return kit.functional(image, x, **options)


@case(
    "keras-2.2.4 ~tf.keras-1.13 tf.keras-2.0 ~tf.keras-2.4 tf.keras-2.8 tf.keras-2.12/keras "
    "tf.keras-2.13/keras tf.keras-2.14/keras ~tf.keras-2.15 tf.keras-2.15/keras",
    "Transfer learning: a Functional model is called as a layer, with its nodes numbered from 1.",
    "nested_model node_index frozen",
)
def transfer(kit):
    L = kit.layers
    inner = base(kit)
    inner.trainable = False
    image = kit.Input((6, 6, 2), name="image")
    x = L.Dense(4, activation="relu", name="head")(inner(image))
    return kit.functional(image, L.Dense(2, name="logits")(x))


@case(
    "keras-2.2.4 tf.keras-2.4 tf.keras-2.15/keras ~tf.keras-2.4/savedmodel",
    "Sequential that begins with a Functional model and holds another Sequential (the Teachable Machine shape).",
    "sequential nested_model list_wrapped_output",
)
def sequential_of_models(kit):
    L = kit.layers
    head = kit.Sequential([L.Dense(4, activation="relu", input_shape=(3,)), L.Dense(2, use_bias=False)])
    return kit.Sequential([base(kit), head, L.Activation("softmax")])


@case(
    "keras-2.2.4 ~tf.keras-2.8 ~tf.keras-2.12/keras tf.keras-2.14/keras",
    "Siamese: one nested Sequential is called twice, its weights are stored once.",
    "siamese shared nested_model",
)
def siamese(kit):
    L = kit.layers
    tower = kit.Sequential([L.Dense(4, activation="relu", input_shape=(5,)), L.Dense(3)], name="tower")
    left, right = kit.Input((5,), name="left"), kit.Input((5,), name="right")
    merged = L.Concatenate()([tower(left), tower(right)])
    return kit.functional([left, right], L.Dense(1, activation="sigmoid")(merged))


@case(
    "~keras-2.2.4 tf.keras-2.8 tf.keras-2.13/keras",
    "A layer that is called three times, once on its own output, and a nested model in a nested model.",
    "shared nested_twice node_index",
)
def shared_layers(kit):
    L = kit.layers
    inner_in = kit.Input((4,), name="inner_in")
    inner = kit.functional(inner_in, L.Dense(4, name="inner_dense")(inner_in), name="inner")
    middle_in = kit.Input((4,), name="middle_in")
    middle_out = L.Dense(4, activation="tanh", name="middle_dense")(inner(inner(middle_in)))
    middle = kit.functional(middle_in, middle_out, name="middle")
    dense = L.Dense(4, activation="tanh", name="shared")
    left, right = kit.Input((4,), name="left"), kit.Input((4,), name="right")
    x = dense(dense(left))
    y = middle(dense(right))
    return kit.functional([left, right], L.Add()([x, y]))


@case(
    "~keras-2.2.4 tf.keras-2.4 tf.keras-2.13/keras ~tf.keras-2.0/savedmodel ~tf.keras-2.15/savedmodel",
    "Several inputs and outputs, one output directly from an input layer, in an order that is not that of their names.",
    "multi_input multi_output",
)
def several_inputs(kit):
    L = kit.layers
    z, a = kit.Input((3,), name="z_first"), kit.Input((4,), name="a_second")
    x = L.Dense(3, activation="relu", name="zx")(z)
    y = L.Dense(3, activation="relu", name="ay")(a)
    both = L.Concatenate(name="both")([y, x])
    return kit.functional([z, a], [L.Dense(2, name="out_b")(both), x, L.Dense(1, name="out_a")(both)])


@case(
    "keras-2.2.4 ~tf.keras-2.4 tf.keras-2.14/keras",
    "A nested model with two inputs and two outputs; the outer model uses one of them, and nests a Sequential twice.",
    "nested_model multi_output tensor_index",
)
def nested_outputs(kit):
    L = kit.layers
    one, two = kit.Input((3,), name="one"), kit.Input((3,), name="two")
    total = L.Add(name="total")([one, two])
    pair = kit.functional([one, two], [L.Dense(2, name="p")(total), L.Dense(4, name="q")(total)], name="pair")
    x, y = kit.Input((3,), name="x"), kit.Input((3,), name="y")
    first, second = pair([x, y])
    _, again = pair([y, x])
    return kit.functional([x, y], [L.Concatenate()([second, again]), first])


@case(
    "~keras-2.2.4 tf.keras-2.8 ~tf.keras-2.13/keras",
    "TimeDistributed over a Dense layer, a convolution and a whole model.",
    "time_distributed wrapper nested_model",
)
def time_distributed(kit):
    L = kit.layers
    film = kit.Input((3, 6, 6, 2), name="film")
    x = L.TimeDistributed(L.Conv2D(2, 2, activation="relu"))(film)
    x = L.TimeDistributed(L.BatchNormalization())(x)
    x = L.TimeDistributed(L.Flatten())(x)
    x = L.TimeDistributed(L.Dense(3))(x)
    y = L.TimeDistributed(base(kit))(film)
    return kit.functional(film, L.Concatenate()([x, y]))


@case(
    "~tf.keras-1.13 tf.keras-2.8",
    "Slashes in layer names, and layers of a nested model with the same names as layers outside it.",
    "slash_names duplicate_names",
)
def slash_names(kit):
    L = kit.layers
    inner_in = kit.Input((4,), name="inner_in")
    inner = kit.functional(inner_in, L.Dense(3, name="block1/dense")(inner_in), name="inner/model")
    line = kit.Input((4,), name="line")
    x = L.Dense(4, activation="relu", name="block1/dense")(line)
    x = L.BatchNormalization(name="block1/norm")(x)
    return kit.functional(line, L.Dense(2, name="block2/dense")(inner(x)))


@case(
    "tf.keras-2.8 tf.keras-2.13/keras",
    "Names with slashes in a nested model, some of which end like others, with some layers frozen: its arrays are stored in another order than its layers.",
    "slash_names nested_model weight_order frozen",
)
def slash_names_nested(kit):
    L = kit.layers
    inner_in = kit.Input((4,), name="inner_in")
    x = L.Dense(4, name="Conv", activation="tanh")(inner_in)
    x = L.BatchNormalization(name="Conv/BatchNorm")(x)
    x = L.Dense(4, name="block/Conv", activation="tanh")(x)
    x = L.Dense(4, name="block/Conv_1", activation="tanh")(x)
    inner = kit.functional(inner_in, L.Dense(4, name="block/project")(x), name="inner")
    inner.layers[1].trainable = False
    inner.layers[3].trainable = False
    line = kit.Input((4,), name="line")
    return kit.functional(line, L.Dense(2)(inner(line)))


@case(
    "tf.keras-2.13/keras tf.keras-2.15/keras",
    "A GAN: the discriminator was compiled by itself and is frozen in the model around it; the archive keeps its "
    "optimizer, too.",
    "gan nested_model frozen nested_optimizer",
)
def gan(kit):
    L = kit.layers
    judge = kit.Sequential([L.Dense(4, activation="tanh", input_shape=(3,)), L.Dense(1)], name="judge")
    judge.compile("adam", "mse")
    judge.trainable = False
    noise = kit.Input((2,), name="noise")
    return kit.functional(noise, judge(L.Dense(3, activation="tanh")(noise)))


@case(
    "tf.keras-2.8",
    "An input whose name has a space and begins with a digit, which is not a valid argument name.",
    "input_names",
)
def input_names(kit):
    L = kit.layers
    one, two = kit.Input((3,), name="1st input"), kit.Input((3,), name="a-b")
    return kit.functional([one, two], L.Dense(2)(L.Add()([one, two])))


@case(
    "tf.keras-2.8",
    "More than 64 KB of weight names in one group: the attribute is split into weight_names0, weight_names1, ...",
    "attribute_chunks long_names nested_model",
    activations=False,
)
def long_attributes(kit):
    L = kit.layers
    inner_in = kit.Input((3, 2), name="inner_in")
    cells = [L.SimpleRNNCell(2, name="cell_%d" % i) for i in range(8)]
    x = L.RNN(cells, name="stack_" + "x" * 2800)(inner_in)
    inner = kit.functional(inner_in, x, name="inner")
    line = kit.Input((3, 2), name="line")
    return kit.functional(line, inner(line))


@case(
    "~tf.keras-2.4 tf.keras-2.8 tf.keras-2.13/keras tf.keras-2.11/savedmodel",
    "A dictionary of outputs and a dictionary of inputs.",
    "dict_outputs dict_inputs nested_outputs",
)
def dictionaries(kit):
    L = kit.layers
    z, a = kit.Input((3,), name="z"), kit.Input((4,), name="a")
    both = L.Concatenate()([z, a])
    outputs = {"second": L.Dense(2, name="s")(both), "first": L.Dense(3, name="f")(both)}
    return kit.functional({"z": z, "a": a}, outputs)


@case(
    "tf.keras-2.8",
    "Outputs in a nested list.",
    "nested_outputs",
)
def nested_list(kit):
    L = kit.layers
    line = kit.Input((3,), name="line")
    one, two, three = (L.Dense(i + 1, name="d%d" % i)(line) for i in range(3))
    return kit.functional(line, [[one, [two]], three])


@case(
    "~keras-2.2.4 tf.keras-2.4 ~tf.keras-2.15",
    "Layers frozen one by one in a nested model, so that its stored weights and its layers differ in order.",
    "frozen weight_order nested_model",
)
def partly_frozen(kit):
    L = kit.layers
    inner_in = kit.Input((4,), name="inner_in")
    frozen = L.Dense(4, activation="tanh", name="frozen")
    frozen.trainable = False
    x = frozen(inner_in)
    x = L.BatchNormalization(name="norm")(x)
    x = L.Dense(4, activation="tanh", name="free")(x)
    stuck = L.BatchNormalization(name="stuck")
    stuck.trainable = False
    inner = kit.functional(inner_in, stuck(x), name="inner")
    line = kit.Input((4,), name="line")
    return kit.functional(line, L.Dense(2)(inner(line)))


@case(
    "tf.keras-2.8 tf.keras-2.14/keras",
    "A custom layer class, of which the file holds name, configuration and weights.",
    "custom_layer",
    status="blocked",
    reason="CFG",
    custom="scale.py",
)
def custom_layer(kit):
    from custom.scale import Scale

    L = kit.layers
    line = kit.Input((4,), name="line")
    return kit.functional(line, L.Dense(2)(Scale(power=2, name="scale")(line)))


@case(
    "keras-2.2.4 tf.keras-2.8 tf.keras-2.15/keras tf.keras-2.15/json",
    "Inputs and a layer named after Python keywords: no Python function can have such an argument.",
    "awkward_names python_keyword",
)
def keyword_names(kit):
    L = kit.layers
    first, second = kit.Input((3,), name="in"), kit.Input((2,), name="class")
    both = L.concatenate([first, L.Dense(2, name="lambda")(second)])
    return kit.functional([first, second], L.Dense(2, name="is")(both))


@case(
    "tf.keras-2.8",
    "Layers that are attributes of a Functional model but not part of its graph.",
    "tracked_layers",
)
def tracked_layers(kit):
    L = kit.layers
    line = kit.Input((4,), name="line")
    model = kit.functional(line, L.Dense(2)(line))
    model.head = L.Dense(3, name="head")
    model.head(line)
    model.never = L.Dense(5, name="never")
    return model


@special(
    "tf.keras-2.0",
    "Two cells of equal sizes in an RNN, whose arrays have the same names: saving raises, and leaves a file behind.",
    "rnn stacked_cells cut_short",
)
def stacked_cells_cut(kit, folder):
    L = kit.layers
    model = kit.Sequential([L.RNN([L.LSTMCell(3), L.LSTMCell(3)], input_shape=(4, 3), name="rnn")])
    try:
        model.save(os.path.join(folder, "model.h5"))
    except RuntimeError as error:
        assert "name already exists" in str(error)
    inputs = rec.draw_inputs(kit, model, kit.rng("stacked_cells_cut", "inputs"))
    golden = rec.numbered("inputs", inputs)
    golden.update(rec.numbered("outputs", rec.run(kit, model, inputs)))
    rec.write_npz(os.path.join(folder, "model.golden.npz"), golden)
    expect = {"status": "failed", "reason": "WGT020"}
    return {"artifact": "model.h5", "kind": "h5", "golden": "model.golden.npz", "expect": expect}
