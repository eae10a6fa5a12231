import pandas as pd
from stellargraph import StellarGraph
from stellargraph.layer import GCN
from stellargraph.mapper import FullBatchNodeGenerator
from tensorflow.keras import Model, layers

graph = StellarGraph(pd.DataFrame({"x": [1.0, 2.0]}), pd.DataFrame({"source": [0], "target": [1]}))  # found
generator = FullBatchNodeGenerator(graph, method="gcn")  # found
inputs, output = GCN(layer_sizes=[4], activations=["relu"], generator=generator).in_out_tensors()  # found
print(Model(inputs, layers.Dense(2)(output)).output_shape)
