"""This package words the errors of documents about images."""
