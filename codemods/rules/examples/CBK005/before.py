from tensorflow import keras

hooks = [
    keras.callbacks.ModelCheckpoint("a.keras", save_best_only=True, period=5),
    keras.callbacks.ModelCheckpoint("b.keras", period=1),
]
