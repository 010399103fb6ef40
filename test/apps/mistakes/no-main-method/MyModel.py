class MyModel(object):
    def fit(self, X, y):
        pass

    def predict_proba(self, X):
        return X
