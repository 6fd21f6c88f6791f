"""Documents about an image: what its layers were made from."""
