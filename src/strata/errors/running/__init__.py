"""This package words the errors of containers: of running images, and of testing them."""
