"""The record of a build: what an image holds, where each package comes from, and what a later build may reuse.

It never installs anything.
"""
