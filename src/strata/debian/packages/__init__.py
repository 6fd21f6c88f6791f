"""Debian package files, read into entries of a layer."""
