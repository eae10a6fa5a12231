import autokeras as ak
from tensorflow import keras

inputs = ak.ImageInput(shape=(8, 8, 1))
search = ak.AutoModel(inputs, ak.ClassificationHead(num_classes=2)(ak.DenseBlock()(inputs)), max_trials=1)
print(type(search).__name__, keras.layers.Dense(2).units)
