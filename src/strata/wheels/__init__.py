"""Wheels: their archives, metadata, RECORD and entry points, and the files that they install."""
