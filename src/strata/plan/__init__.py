"""This package decides, from values alone, which wheels an app needs and how they are grouped into layers and installs.

It touches neither files nor the network. The rules call it inside Pants.
"""
