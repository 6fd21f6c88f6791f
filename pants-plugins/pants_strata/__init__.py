"""A plugin of Pants that builds hermetic Python app images. Pants loads `register`."""
