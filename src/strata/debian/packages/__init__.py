"""This package reads Debian package files into entries of a layer."""
