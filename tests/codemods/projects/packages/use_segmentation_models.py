import keras
import numpy as np
import segmentation_models as sm

model = sm.Unet("mobilenet", classes=1, encoder_weights=None, input_shape=(32, 32, 3))  # found
model.compile(keras.optimizers.Adam(1e-3), sm.losses.bce_jaccard_loss, [sm.metrics.iou_score])  # found
print(model.predict(np.ones((1, 32, 32, 3))).shape)
