class MyModel:
    """The least that can be served: copy this folder, and put your own code in."""

    def predict(self, X, features_names):
        """X: a numpy array; features_names: the names of its columns, where the request gives them."""
        return X * 2
