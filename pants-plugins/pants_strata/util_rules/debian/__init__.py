"""The rules about Debian packages: locks, fetched packages, and the layer of a base."""
