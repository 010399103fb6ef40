from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier


class DigitsForest(object):
    """Which digit is in the picture? A random forest, which is mostly right."""

    def load(self):
        """Trained on two thirds of the data set. The demo sends the others."""
        digits = load_digits()
        train = [row for row in range(len(digits.target)) if row % 3]
        self.class_names = [str(digit) for digit in digits.target_names]
        self.model = RandomForestClassifier(n_estimators=10, random_state=0)
        self.model.fit(digits.data[train], digits.target[train])

    def predict(self, X, features_names):
        """X: rows of 64 pixels, from 0 to 16. A probability for each digit."""
        return self.model.predict_proba(X)
