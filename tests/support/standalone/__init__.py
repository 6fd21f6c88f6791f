"""Archives of standalone CPythons for tests: small ones that no honest tool would write, and one that runs."""
