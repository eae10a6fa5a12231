"""MultiHeadAttention whose masked queries attend to all steps alike, as in Keras 2."""

import keras


@keras.saving.register_keras_serializable(package="keras_migrate")
class MultiHeadAttentionKeras2(keras.layers.MultiHeadAttention):
    """Attention that adds a large negative number where the mask is false: a row that is all false is uniform."""

    def call(
        self,
        query,
        value,
        key=None,
        query_mask=None,
        value_mask=None,
        key_mask=None,
        attention_mask=None,
        return_attention_scores=False,
        training=None,
        use_causal_mask=False,
    ):
        """Return what the stock layer does; the masks of its inputs stay on them for other layers."""
        held = [(tensor, getattr(tensor, "_keras_mask", None)) for tensor in (query, value, key)]
        if query_mask is not None and held[0][1] is None and hasattr(query, "__dict__"):
            query._keras_mask = (
                query_mask  # another layer took it off (arrays of JAX hold none, and lose none)
            )
        result = super().call(
            query,
            value,
            key=key,
            query_mask=query_mask,
            value_mask=value_mask,
            key_mask=key_mask,
            attention_mask=attention_mask,
            return_attention_scores=return_attention_scores,
            training=training,
            use_causal_mask=use_causal_mask,
        )
        for tensor, mask in held:
            if mask is not None:
                tensor._keras_mask = mask
        return result

    def _masked_softmax(self, attention_scores, attention_mask=None):
        if attention_mask is not None:
            axis = -len(self._attention_axes) * 2 - 1
            for _ in range(len(attention_scores.shape) - len(attention_mask.shape)):
                attention_mask = keras.ops.expand_dims(attention_mask, axis=axis)
            half = keras.backend.standardize_dtype(attention_scores.dtype) == "float16"
            hidden = 1.0 - keras.ops.cast(attention_mask, attention_scores.dtype)
            attention_scores = attention_scores + hidden * (-65504.0 if half else -1e9)
        return self._softmax(attention_scores)
