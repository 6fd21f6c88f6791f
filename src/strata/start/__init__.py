"""This package is what a process of the library begins with: the program, and light forms of slow modules.

Dozens of processes start in a build, and most do a few milliseconds of work. Where the slice of a verb is made
(library_slice.py in the plugin), its imports of `dataclasses` and `typing` become imports of the modules here.
"""
