"""What a drawn graph does beside layers of one tensor: joins, attention, and plain operations of TensorFlow."""

from draw_spelling import merged, spell


def combined(kit, pick, tensors, shape_of):
    """Two open tensors joined, and which were used; nothing where no two fit."""
    pairs = [(a, b) for i, a in enumerate(tensors) for b in tensors[i + 1 :]]
    pick.rng.shuffle(pairs)
    for a, b in pairs:
        left, right = shape_of(a), shape_of(b)
        if left == right and len(left) > 0:
            how = pick.one("Add Subtract Multiply Average Maximum Minimum Concatenate".split())
            return merged(kit, how, [a, b]), [a, b]
        if len(left) == len(right) and left[:-1] == right[:-1]:
            return merged(kit, "Concatenate", [a, b]), [a, b]
        if len(left) == len(right) == 2 and left[1] == right[1]:
            return merged(kit, "Dot", [a, b], axis=2), [a, b]
        if len(left) == 2 and len(right) == 1 and not kit.keras1:
            return seeded(kit, pick, a, b, right[0]), [a, b]
    return None, []


def seeded(kit, pick, sequence, state, units):
    """A recurrent layer that begins with a state from elsewhere."""
    if pick.chance(0.5):
        return spell(kit, "GRU", units=units, return_sequences=pick.chance(0.5))(
            sequence, initial_state=[state]
        )
    return spell(kit, "LSTM", units=units, return_sequences=pick.chance(0.5))(
        sequence, initial_state=[state, state]
    )


def attention(kit, pick, tensor, shape):
    """Attention of a sequence to itself, for eras that have it."""
    if len(shape) != 2:
        return None
    kind = pick.one(("Attention", "AdditiveAttention", "MultiHeadAttention", "Dot"))
    if kind == "MultiHeadAttention":
        layer = kit.layers.MultiHeadAttention(num_heads=pick.one((1, 2)), key_dim=pick.one((2, 3)))
        return layer(tensor, tensor)
    if kind == "Dot":
        return merged(kit, "Dot", [tensor, tensor], axis=2)
    options = {"use_scale": pick.chance(0.5)} if kind == "Attention" else {}
    return getattr(kit.layers, kind)(**options)([tensor, tensor])


def operation(kit, pick, tensor, shape):
    """An operation outside of any layer, as tf.keras from 2.4 on records it."""
    if not kit.eager or kit.version < (2, 4):
        return None
    tf = kit.tf
    choices = [
        lambda: tensor * pick.number(0.2, 2.0) + pick.number(-1.0, 1.0),
        lambda: 1.0 - tensor,
        lambda: tf.nn.relu(tensor),
        lambda: tf.nn.leaky_relu(tensor, alpha=0.3),
        lambda: tf.math.tanh(tensor),
        lambda: tf.clip_by_value(tensor, -0.5, 0.8),
        lambda: tf.abs(tensor),
        lambda: tf.square(tensor),
        lambda: tf.sqrt(tf.abs(tensor) + 0.1),
        lambda: tf.reduce_mean(tensor, axis=-1, keepdims=True),
        lambda: tf.reduce_sum(tensor, axis=1),
        lambda: tf.reduce_max(tensor, axis=-1, keepdims=pick.chance(0.5)),
        lambda: tf.nn.softmax(tensor, axis=-1),
        lambda: tf.concat([tensor, tensor], axis=-1),
        lambda: tensor[..., :2],
        lambda: tensor[:, -1],
        lambda: tensor[:, ::-1],
        lambda: tf.expand_dims(tensor, -1),
        lambda: tf.reverse(tensor, axis=[1]),
        lambda: tf.math.l2_normalize(tensor, axis=-1),
        lambda: tf.where(tensor > 0.1, tensor, tf.zeros_like(tensor)),
        lambda: tf.cumsum(tensor, axis=1),
        lambda: tf.one_hot(tf.argmax(tensor, axis=-1), 4),
        lambda: tf.gather(tensor, [0, 1], axis=-1),
        lambda: tf.stack([tensor, -tensor], axis=1),
        lambda: (
            tf.reshape(tensor, (-1, int(shape[-1]))) if len(shape) == 1 else tf.transpose(tensor, [0, 2, 1])
        ),
        lambda: tf.math.exp(-tf.abs(tensor)),
        lambda: tf.pow(tf.abs(tensor) + 0.1, 0.7),
        lambda: tf.math.floormod(tensor, 0.7),
        lambda: (
            tf.einsum("ij,ij->i", tensor, tensor)[:, None]
            if len(shape) == 1
            else tf.matmul(tensor, tensor, transpose_b=True)
        ),
        lambda: tf.pad(tensor, [[0, 0]] * len(shape) + [[1, 1]]),
    ]
    return pick.one(choices)()
