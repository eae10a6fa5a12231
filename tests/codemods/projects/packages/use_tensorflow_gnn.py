import tensorflow as tf
import tensorflow_gnn as tfgnn

graph = tfgnn.GraphTensor.from_pieces(
    node_sets={"atom": tfgnn.NodeSet.from_fields(features={"hidden_state": tf.ones((3, 2))}, sizes=[3])},
)
update = tfgnn.keras.layers.MapFeatures(  # found
    node_sets_fn=lambda nodes, *, node_set_name: tf.keras.layers.Dense(4)(nodes["hidden_state"])
)
print(update(graph).node_sets["atom"]["hidden_state"].shape)
