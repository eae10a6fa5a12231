import numpy as np
import tensorflow_model_optimization as tfmot
from tensorflow.keras import Sequential, layers

prune = tfmot.sparsity.keras.prune_low_magnitude  # found
model = Sequential([layers.Dense(4, activation="relu", input_shape=(3,)), layers.Dense(2)])
pruned = prune(model)  # found
pruned.compile("sgd", "mse")
update = tfmot.sparsity.keras.UpdatePruningStep()  # found
pruned.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0, callbacks=[update])
plain = tfmot.sparsity.keras.strip_pruning(pruned)  # found
small = tfmot.quantization.keras.quantize_model(plain)  # found
print(small.predict(np.ones((1, 3)), verbose=0).shape)
