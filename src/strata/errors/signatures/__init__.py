"""This package words the errors of `strata sign` and `strata verify`: keys, signatures, and policies."""
