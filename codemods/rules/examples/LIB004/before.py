import keras
from scipy.misc import face
from sklearn.cross_validation import StratifiedKFold
