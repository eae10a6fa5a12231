import pandas as pd
import tensorflow_decision_forests as tfdf
from tensorflow import keras

frame = pd.DataFrame({"a": [float(i % 7) for i in range(60)], "label": [i % 2 for i in range(60)]})
data = tfdf.keras.pd_dataframe_to_tf_dataset(frame, label="label")
model = tfdf.keras.RandomForestModel(num_trees=3, verbose=0)  # found
model.compile(metrics=[keras.metrics.BinaryAccuracy()])
model.fit(data, verbose=0)
print(model.predict(data, verbose=0).shape)
