from sklearn.datasets import load_digits
from sklearn.tree import DecisionTreeClassifier


class DigitsTree(object):
    """Which digit is in the picture? One small decision tree, which is often wrong."""

    def load(self):
        """Trained on two thirds of the data set. The demo sends the others."""
        digits = load_digits()
        train = [row for row in range(len(digits.target)) if row % 3]
        self.class_names = [str(digit) for digit in digits.target_names]
        self.model = DecisionTreeClassifier(max_depth=4, random_state=0)
        self.model.fit(digits.data[train], digits.target[train])

    def predict(self, X, features_names):
        """X: rows of 64 pixels, from 0 to 16. A probability for each digit."""
        return self.model.predict_proba(X)
