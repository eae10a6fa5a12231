import keras
x = keras.Input((2,))
model = keras.Model(x, keras.layers.Dense(2)(x))


@keras.saving.register_keras_serializable(package="keras2")
class AddedLoss(keras.layers.Layer):
    """Returns the outputs of a model and adds to its losses what another model makes of tensors of it."""

    def __init__(self, loss, shared=False, **kwargs):
        super().__init__(autocast=False, **kwargs)
        self.loss = (lambda tensors: loss(tensors)) if shared else loss  # what a function holds is not tracked twice
        self.shared = shared
        self.supports_masking = True

    def call(self, outputs, tensors):
        self.add_loss(self.loss(tensors))
        return outputs

    def get_config(self):
        if self.shared:
            raise ValueError("this loss uses layers of the model, which a saved model would hold twice: save weights")
        return {**super().get_config(), "loss": keras.saving.serialize_keras_object(self.loss)}

    @classmethod
    def from_config(cls, config):
        loss = keras.saving.deserialize_keras_object(config.pop("loss"))
        return cls(loss, **config)


def with_loss(model, loss):
    """The functional model with a symbolic tensor among its losses; its layers keep their order."""

    def computed_from(tensors, known):
        found, pending = {}, list(tensors)
        while pending:
            tensor = pending.pop()
            if id(tensor) not in found:
                found[id(tensor)] = tensor
                operation, node, _ = tensor._keras_history
                if id(tensor) not in known:
                    pending += operation._inbound_nodes[node].arguments.keras_tensors
        return found

    inside = computed_from(model.outputs, {})
    tensors = [tensor for key, tensor in computed_from([loss], inside).items() if key in inside]
    computed = keras.Model(tensors, loss)
    own = {id(weight) for weight in computed.weights}
    added = AddedLoss(computed, shared=bool(own) and own <= {id(weight) for weight in model.weights})
    return keras.Model(model.input, added(model.output, tensors), name=model.name)


model = with_loss(model, keras.ops.mean(x))
model.compile("sgd")
