"""What a build knows of Python packages: interpreters, pip, wheels, requirements, and what is installed.

It never prints, and it never decides which step comes next.
"""
