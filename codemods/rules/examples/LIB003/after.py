import keras
from scipy.special import logsumexp
from sklearn.model_selection import train_test_split
import joblib
