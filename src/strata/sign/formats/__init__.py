"""This package has the formats of signatures: payloads of simple signing, in-toto statements, and sigstore bundles."""
