"""This package words the errors of checks of images, and of the files that they are given."""
