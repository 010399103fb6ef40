"""State that survives: the envelope around it, the stores that keep it, and who may write."""
