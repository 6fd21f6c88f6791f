"""This package fetches files from indexes and mirrors, and checks each against a hash before anything reads it.

One process fetches one file, on the Python of the host. Indexes, mirrors and credentials are read from the machine
(`host.py`), never from a request, so that the cache key of a fetch says what is wanted and nothing about who asks. The
package imports little of the library, and nothing of layers and images: an edit there fetches nothing again.
"""
