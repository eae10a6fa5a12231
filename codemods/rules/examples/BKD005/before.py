import tensorflow as tf
from keras.models import load_model


def guided(path):
    graph = tf.get_default_graph()
    with graph.gradient_override_map({"Relu": "Guided"}):
        # made again, with other gradients
        model = load_model(path)
    return model
