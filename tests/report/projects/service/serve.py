"""How the models are used."""
import os

import tensorflow as tf
from tensorflow.keras.models import load_model

from .layers import AttentionPooling

MODELS = "models/keras-2.2.4"
classifier = load_model(os.path.join(MODELS, "mlp", "model.h5"))
tagger = load_model(os.path.join(MODELS, "rnn_defaults", "model.h5"))
ranker = load_model("models/ranker_v2.h5", custom_objects={"AttentionPooling": AttentionPooling})
upsample = load_model(os.environ["UPSAMPLER"])


def predict(image):
    return classifier.predict_classes(tf.expand_dims(image, 0))
