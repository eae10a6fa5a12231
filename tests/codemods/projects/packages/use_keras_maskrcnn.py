import keras
from keras_maskrcnn import models

model = models.backbone("resnet50").maskrcnn(num_classes=2)  # found
model.compile(optimizer=keras.optimizers.adam(lr=1e-5))
print(model.output_names)
