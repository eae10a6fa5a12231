import keras
import numpy as np


def _from_picture(picture, flatten=False, mode=None):
    """The array of a picture as scipy.misc.fromimage gave it: colours instead of palettes."""
    if mode is not None:
        picture = picture.convert(mode) if mode != picture.mode else picture
    elif picture.mode == "P":
        picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    if flatten:
        picture = picture.convert("F")
    elif picture.mode == "1":
        picture = picture.convert("L")
    return np.array(picture)


def imread(name, flatten=False, mode=None):
    """What scipy.misc.imread was, with Pillow."""
    from PIL import Image

    return _from_picture(Image.open(name), flatten, mode)


picture = imread("face.png")
