class Unit:
    """Returns its request in every place of a graph, so that only the servers and the way between them are measured."""

    def predict(self, X, features_names):
        return X

    def transform_input(self, X, features_names):
        return X

    def aggregate(self, Xs, features_names):
        return Xs[0]
