"""This package writes and reads documents about an image: what its layers were made from."""
