"""The rules of images in registries that others stand on: manifest, layers, findings, lock."""
