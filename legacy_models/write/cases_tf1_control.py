"""Control flow of TensorFlow 1 in SavedModels with reference variables: branches on a training flag, and a loop."""

import os

from casebook import special
from cases_savedmodel import facts, of_signature
from cases_tf1 import fill, graph
from signatures import record_signatures


def saved(kit, folder, case, build):
    """simple_save of what ``build(tf1, line)`` computes from rows of three numbers."""
    tf1, new_graph = graph(kit)
    path = os.path.join(folder, "saved_model")
    with new_graph.as_default(), tf1.Session() as session:
        line = tf1.placeholder(tf1.float32, [None, 3], name="line")
        result = build(tf1, line)
        session.run(tf1.global_variables_initializer())
        fill(tf1, session, kit.rng(case, "weights"))
        tf1.saved_model.simple_save(session, path, inputs={"line": line}, outputs={"result": result})
    data = kit.rng(case, "inputs").normal(size=(3, 3)).astype("float32")
    golden = record_signatures(kit, path, {"serving_default": {"line": data}})
    golden.update(of_signature(golden, "serving_default"))
    return facts(folder, golden)


@special(
    "tf.keras-1.15",
    "A graph that was built once for training and inference: normalisation and dropout branch on a flag that is false "
    "unless it is fed.",
    "tf1 simple_save reference_variables control_flow cond training_flag",
)
def training_flag(kit, folder):
    def build(tf1, line):
        flag = tf1.placeholder_with_default(False, [], name="training")
        x = tf1.layers.dense(line, 4, activation=tf1.nn.relu, name="hidden")
        x = tf1.layers.batch_normalization(x, training=flag, name="norm")
        x = tf1.layers.dropout(x, 0.5, training=flag)
        return tf1.layers.dense(x, 2, name="scores")

    return saved(kit, folder, "training_flag", build)


@special(
    "tf.keras-1.15",
    "A loop that reads a variable in each iteration.",
    "tf1 simple_save reference_variables control_flow while_loop",
)
def loop(kit, folder):
    def build(tf1, line):
        kernel = tf1.get_variable("kernel", [3, 3])

        def turn(number, state):
            return number + 1, tf1.tanh(tf1.matmul(state, kernel)) + line

        return tf1.while_loop(lambda number, state: number < 3, turn, (tf1.constant(0), line))[1]

    return saved(kit, folder, "loop", build)
