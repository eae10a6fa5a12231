import keras
import pandas as pd

frame = pd.read_csv("data.csv")
features = frame[["age", "income"]].values
targets = frame.values
