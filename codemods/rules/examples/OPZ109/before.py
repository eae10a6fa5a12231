from tensorflow import keras
opt = keras.mixed_precision.LossScaleOptimizer(inner)
scaled = opt.get_scaled_loss(loss)
