from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


class DigitClassifier(object):
    """8x8 pixels -> a probability for each of the ten digits."""

    class_names = ["digit %d" % digit for digit in range(10)]

    def __init__(self):
        digits = load_digits()
        self.pipeline = make_pipeline(StandardScaler(), LogisticRegression(solver="lbfgs", max_iter=200))
        self.pipeline.fit(digits.data, digits.target)

    def predict(self, X, features_names):
        return self.pipeline.predict_proba(X)
