"""Requests and results of the verbs of standalone builds of CPython."""
