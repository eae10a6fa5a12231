import keras
import pandas as pd

targets = pd.get_dummies(pd.read_csv("data.csv")["label"])
