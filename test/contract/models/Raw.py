class Raw(object):
    """Tells in its answers which message its hooks were given."""

    def predict_raw(self, msg):
        return {"jsonData": msg} if isinstance(msg, dict) else {"jsonData": "protobuf"}

    aggregate_raw = send_feedback_raw = predict_raw
