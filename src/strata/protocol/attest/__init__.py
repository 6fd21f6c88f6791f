"""This package has the messages of verbs whose results stand in documents about images alone."""
