"""This package reads the lock files of Python projects in every format, and chooses what a venv wants of them."""
