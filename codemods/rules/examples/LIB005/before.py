import keras
import pandas as pd

frame = pd.read_csv("data.csv")
features = frame.as_matrix(columns=["age", "income"])
targets = frame.as_matrix()
