import keras
import numpy as np
from scipy.misc import imread

picture = imread("face.png")
