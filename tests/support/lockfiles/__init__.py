"""Lock files in tests: of Pex, of PEP 751, and damaged ones."""
