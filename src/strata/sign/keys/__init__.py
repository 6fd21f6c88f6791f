"""This package has keys: public ones that verify, private ones in files, and programs that sign."""
