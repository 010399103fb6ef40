"""The REST transport: translates between HTTP and the model, decides nothing."""
