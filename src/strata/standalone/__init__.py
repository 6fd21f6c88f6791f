"""This package knows standalone builds of CPython (python-build-standalone): their locks, releases and archives."""
