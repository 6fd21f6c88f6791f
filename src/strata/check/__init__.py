"""This package finds what needs attention in images: vulnerable wheels and Debian packages, and an old CPython.

It reads files that the user has: an OSV export, Debian's security tracker. It never asks a network.
"""
