import keras
from keras_retinanet import losses, models

model = models.backbone("resnet50").retinanet(num_classes=2)  # found
model.compile(
    loss={"regression": losses.smooth_l1(), "classification": losses.focal()},  # found
    optimizer=keras.optimizers.adam(lr=1e-5, clipnorm=0.001),
)
print(models.retinanet.retinanet_bbox(model=model).output_names)  # found
