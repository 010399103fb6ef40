"""What s2i's `assemble` does: a table of steps in `assemble`, and a noun a file for what they do."""
