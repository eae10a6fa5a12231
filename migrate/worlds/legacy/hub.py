"""A TF Hub module as a layer of tf-keras: it calls the module's own function."""

from __future__ import annotations

import tf_keras

from migrate.worlds.guest.framework_types import Config, Nested, Tensor
from migrate.worlds.guest.hub import load_module


@tf_keras.saving.register_keras_serializable(package="tensorflow_hub")
class HubModule(tf_keras.layers.Layer):  # type: ignore[misc]
    """Call the module in ``module``, a folder.

    Args:
        module: of a SavedModel.
        tracked: whether its variables are weights of the layer, as they are where the file holds them.
        kwargs: of every layer.
    """

    def __init__(self, module: str, tracked: bool, **kwargs: object) -> None:
        super().__init__(**kwargs, autocast=False)
        self.module = module
        self.tracked = tracked
        held = load_module(module)
        self.__dict__["_held"] = held  # past the tracking of attributes
        if tracked:
            self._trainable_weights.extend(held.trainable)
            self._non_trainable_weights.extend(held.fixed)

    def call(self, inputs: Tensor) -> Nested:
        """What the module computes at inference."""
        outputs: Nested = self.__dict__["_held"].function(inputs)
        return outputs

    def get_config(self) -> Config:
        """The arguments of the constructor."""
        return {**super().get_config(), "module": self.module, "tracked": self.tracked}
