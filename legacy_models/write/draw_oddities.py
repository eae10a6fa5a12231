"""What is valid and unusual of a drawn model: names, fixed batches, states that stay, double precision, a fixed mode."""

NAMES = (
    "class", "in", "lambda", "None", "self", "inputs", "training", "mask", "x", "kernel", "layers", "model", "default",
    "a/b", "a.b", "A-B", "with_0", "0", "conv2d_1", "dense", "__init__", "name" * 30,
)  # fmt: skip
"""Python keywords, names of arguments and of Keras itself, signs of paths and scopes; what an era refuses is redrawn."""
STATEFUL = ("LSTM", "GRU", "SimpleRNN")
ROWS = 4


class Oddities:
    """Draws them for one model; none of them where they are not wanted."""

    def __init__(self, kit, pick, wanted):
        self.kit, self.pick, self.wanted = kit, pick, wanted
        self.fixed = wanted and pick.chance(0.4)
        if wanted and pick.chance(0.2):
            kit.K.set_floatx("float64")
        self.found = ["float64"] if kit.K.floatx() == "float64" else []
        self.names = list(NAMES)

    def name(self, usual):
        """The name of an input or a layer; each odd one once."""
        if not self.wanted or not self.names or not self.pick.chance(0.3):
            return usual
        drawn = self.pick.one(self.names)
        self.names.remove(drawn)
        self.found.append("name " + drawn)
        return drawn

    def input(self, shape, usual, **options):
        """An input, its batch fixed or not."""
        name = self.name(usual)
        if not self.fixed:
            return self.kit.Input(shape, name=name, **options)
        self.found.append("fixed batch")
        return self.kit.Input(batch_shape=(ROWS,) + tuple(shape), name=name, **options)

    def of_layer(self, layer):
        """Another name, and a state that stays, before the layer is built."""
        name = self.name(None)
        if name is not None:
            setattr(layer, "name" if self.kit.standalone else "_name", name)
        if self.fixed and type(layer).__name__ in STATEFUL and self.pick.chance(0.6):
            layer.stateful = True
            self.found.append("stateful")
        return layer

    def call(self, layer, tensor):
        """The layer's call, at times in one mode for good."""
        modal = type(layer).__name__ in (
            "BatchNormalization",
            "Dropout",
            "GaussianNoise",
            "Model",
            "Functional",
        )
        if self.wanted and modal and self.pick.chance(0.4):
            self.found.append("training=False")
            return layer(tensor, training=False)
        return layer(tensor)
