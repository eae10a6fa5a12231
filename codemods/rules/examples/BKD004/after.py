from keras import ops

gate = ops.clip(0.2 * x + 0.5, 0.0, 1.0)
norm = ops.sqrt(ops.maximum(total, 0))
