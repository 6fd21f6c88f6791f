"""This package finds installers of Python packages in layers, by files alone, whoever wrote the layer."""
