"""Hosts the user's class. Python 2.7 to 3.13, numpy and nothing else."""
