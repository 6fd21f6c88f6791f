"""Files from outside: one process per file, on the Python of the host, checked against a hash before anyone sees it.

Where files come from is read from the machine (`host.py`), never from a request, so that the cache key of a fetch says
what is wanted and nothing about who asks. These modules form a slice of the library that imports nothing of the rest:
an edit elsewhere fetches nothing again.
"""
