"""This package reads locks of Pex, as `pex3 lock create` and Pants' `generate-lockfiles` write them."""
