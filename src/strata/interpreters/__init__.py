"""This package knows CPython from Debian packages: its paths, the tree that runs build processes, and bytecode."""
