from kapre.composed import get_melspectrogram_layer
from tensorflow.keras.layers import Flatten
from tensorflow.keras.models import Sequential

model = Sequential(
    [get_melspectrogram_layer(input_shape=(4000, 1), n_fft=512, sample_rate=8000, n_mels=16), Flatten()]
)
print(model.output_shape)
