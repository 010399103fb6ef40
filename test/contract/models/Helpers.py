class Helpers(object):
    """A MODEL with methods of its own that have the names of hooks. None of them is called."""

    def predict(self, X, features_names):
        return X

    def score(self, X, y, threshold):
        return 1 / 0

    def route(self, a, b, c):
        return 1 / 0

    def aggregate(self, values, names, how):
        return 1 / 0

    def transform_input(self, X, names, scaler):
        return 1 / 0

    def send_feedback(self, a, b, c, d, e, f):
        return 1 / 0

    def metrics(self, y_true, y_pred):
        return 1 / 0

    def tags(self, document):
        yield 1 / 0

    def load(self, path):
        return 1 / 0

    def class_names(self, language):
        return 1 / 0

    def health_status(self, verbose):
        return 1 / 0

    def init_metadata(self, source):
        return 1 / 0

    def custom_service(self, port):
        return 1 / 0

    def predict_raw(self, message, options):
        return 1 / 0
