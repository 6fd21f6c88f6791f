"""Servers of tests, on loopback: indexes, mirrors of Debian, registries, and a proxy that does harm."""
