"""The rules that make artifacts: they plan, and ask for processes of the library."""
