"""This package knows which shared libraries the parts of an image have and need."""
