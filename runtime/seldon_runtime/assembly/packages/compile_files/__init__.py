"""Python runs this folder by its path, so that no other module of ours can be imported there."""
