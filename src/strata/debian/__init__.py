"""Debian packages: locks, indexes of mirrors, the closure over dependencies, and in `packages` the files themselves."""
