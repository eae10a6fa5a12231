import numpy as np
from spektral.layers import GCNConv
from tensorflow.keras import Input, Model
from tensorflow.keras.layers import Dense

nodes, edges = Input((5, 3)), Input((5, 5))
x = GCNConv(4, activation="relu")([nodes, edges])  # found
model = Model([nodes, edges], Dense(2)(x))
print(model.predict([np.ones((1, 5, 3)), np.ones((1, 5, 5))], verbose=0).shape)
