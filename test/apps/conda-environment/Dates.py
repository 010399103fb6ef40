from dateutil.parser import parse


class Dates(object):
    """The year of each date."""

    def predict(self, X, names):
        return [[parse(text).year for text in row] for row in X]
