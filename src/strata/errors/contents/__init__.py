"""This package words the errors of what an image holds besides its layers' own artifacts: files, shared libraries."""
