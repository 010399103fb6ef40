"""Which iris is it? A scikit-learn classifier, served as it is."""

from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier


class IrisClassifier(object):
    """Rows of sepal length, sepal width, petal length, petal width (cm) -> a probability for each species."""

    def load(self):
        """Trained here, in a blink, on data that scikit-learn brings along; a bigger model is read from a file
        that stands beside this one, such as `joblib.load("model.joblib")`."""
        iris = load_iris()
        self.class_names = list(iris.target_names)
        self.forest = RandomForestClassifier(n_estimators=20, random_state=0).fit(iris.data, iris.target)

    def predict(self, X, features_names):
        return self.forest.predict_proba(X)
