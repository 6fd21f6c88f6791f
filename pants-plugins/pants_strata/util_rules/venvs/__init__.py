"""The rules of venvs: their locks, their wheels, their layers, and the proof of their installation."""
