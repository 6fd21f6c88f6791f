"""This package runs the image of a layout: with a container engine, or without a daemon from unpacked layers."""
