"""This package makes interpreters from standalone builds of CPython."""
