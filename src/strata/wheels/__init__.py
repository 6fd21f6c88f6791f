"""This package reads wheels: archive, metadata, RECORD and entry points, and the files that installing one gives."""
