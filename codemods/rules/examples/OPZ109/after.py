import keras
opt = keras.mixed_precision.LossScaleOptimizer(inner)
scaled = opt.scale_loss(loss)
