import keras
from scipy.misc import logsumexp
from sklearn.cross_validation import train_test_split
from sklearn.externals import joblib
