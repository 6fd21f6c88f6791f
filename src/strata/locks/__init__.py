"""Lock files of Python projects: readers of every format, and what is wanted of a lock."""
