import keras


class PeriodicCheckpoint(keras.callbacks.ModelCheckpoint):
    """A checkpoint after every ``period`` epochs."""

    def __init__(self, *args, period=1, **kwargs):
        super().__init__(*args, **kwargs)
        self.period = period
        self.epochs_since_last_save = 0

    def on_epoch_end(self, epoch, logs=None):
        self.epochs_since_last_save += 1
        if self.epochs_since_last_save >= self.period:
            self.epochs_since_last_save = 0
            super().on_epoch_end(epoch, logs)


hooks = [
    PeriodicCheckpoint("a.keras", save_best_only=True, period=5),
    keras.callbacks.ModelCheckpoint("b.keras"),
]
