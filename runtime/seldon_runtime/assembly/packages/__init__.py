"""What a build knows of Python packages: interpreters, pip, wheels, requirements, and what is installed.

It prints nothing except the output of pip, and never decides which step comes next.
"""
