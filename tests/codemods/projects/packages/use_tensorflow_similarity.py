import tensorflow as tf
from tensorflow_similarity.layers import MetricEmbedding
from tensorflow_similarity.losses import MultiSimilarityLoss
from tensorflow_similarity.models import SimilarityModel

inputs = tf.keras.layers.Input((4,))
model = SimilarityModel(inputs, MetricEmbedding(2)(inputs))  # found
model.compile("adam", loss=MultiSimilarityLoss())  # found
print(model.predict(tf.ones((1, 4)), verbose=0).shape)
