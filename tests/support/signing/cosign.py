"""What cosign 2.6.5 wrote for an image: with `cosign generate-key-pair`, `cosign sign` and `cosign attest`.

The key was made for these tests. Its password is `secret`.
"""

from __future__ import annotations

DIGEST = "sha256:fb50cf4c56b19a6e5c37a43905267d4b0880155a575df52f760c7f269e8458c9"

PASSWORD = b"secret"

PUBLIC_KEY = b"""\
-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEVH6stRTaePFdkVl3gnHxNhwvulVL
+ooE9so+g3wRHd+8Gyxdy+nEamkAmMwiP1FGvgTe0+r80qD5J3mdoEcWiw==
-----END PUBLIC KEY-----
"""

ENCRYPTED_KEY = b"""\
-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----
eyJrZGYiOnsibmFtZSI6InNjcnlwdCIsInBhcmFtcyI6eyJOIjo2NTUzNiwiciI6
OCwicCI6MX0sInNhbHQiOiIrb3N2NGlUd3FkRk9xWGM5c2xaZkdZYjltcTdtTFdw
eTd2dWVSV3lOcGNrPSJ9LCJjaXBoZXIiOnsibmFtZSI6Im5hY2wvc2VjcmV0Ym94
Iiwibm9uY2UiOiJPRVJmSkFuRE1VUFlwblJWZEFnQ2VobVdVZmVlZzBQUiJ9LCJj
aXBoZXJ0ZXh0Ijoic2p6bGlCNVRERkR6cnY5d3dsKzc3V1gzVzdGNGFoL1FXeG41
Ym9COFBwVWJDbHBTWjlJVEtGSW40SFpoNCtmcjVyVDhzY0NicWVMMVVPUkFEcUg0
ZjhzM3FVUDB3eDZPaHp0MUFzQ1VWMENBY2RBRVRqWklObTFOTExSckhoYWYzZkFq
bDZlOWo1LzFISitaOGFRRUxnTWRGMEdGVXAwU0szbTMyYjdrbElLb2FmSVg5RjhM
bWZnZW9iVGZBK2FRSHBUOFRCMHdGdnZzY1E9PSJ9
-----END ENCRYPTED SIGSTORE PRIVATE KEY-----
"""

# In sigstore's bundles: the SHA-256 of the public key.
HINT = "9wnjg/4IUSkLnM+Dduuruus4Ux3d4LiZrNjixXFf5Nc="

# `cosign sign`: the layer of the manifest at sha256-HEX.sig, and the annotation of its descriptor.
PAYLOAD = (
    b'{"critical":{"identity":{"docker-reference":"registry.example/team/app"},'
    b'"image":{"docker-manifest-digest":"sha256:fb50cf4c56b19a6e5c37a43905267d4b0880155a575df52f760c7f269e8458c9"},'
    b'"type":"cosign container image signature"},"optional":null}'
)
ANNOTATIONS = {
    "dev.cosignproject.cosign/signature": (
        "MEUCIQDzwlEX+nCw+k66f1LkqeKPChOJMvXbXiacI5TKSMPpNwIgVeE0Sp6hnVvU3xYl2K4c5uU2rWXw3Iq7mS7stKFTELQ="
    )
}

# `cosign sign --new-bundle-format`: the layer of a referrer.
BUNDLE = (
    b'{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial":{"publicKey":{"hint":"9'
    b'wnjg/4IUSkLnM+Dduuruus4Ux3d4LiZrNjixXFf5Nc="}}, "dsseEnvelope":{"payload":"eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90b'
    b"y5pby9TdGF0ZW1lbnQvdjEiLCAic3ViamVjdCI6W3siZGlnZXN0Ijp7InNoYTI1NiI6ImZiNTBjZjRjNTZiMTlhNmU1YzM3YTQzOTA1MjY3Z"
    b"DRiMDg4MDE1NWE1NzVkZjUyZjc2MGM3ZjI2OWU4NDU4YzkifX1dLCAicHJlZGljYXRlVHlwZSI6Imh0dHBzOi8vc2lnc3RvcmUuZGV2L2Nvc"
    b'2lnbi9zaWduL3YxIn0=", "payloadType":"application/vnd.in-toto+json", "signatures":[{"sig":"MEYCIQDz+Rae9Spr3q'
    b'yNrxc69QCZvp8H8IAne4QGEsO6+2NpqAIhAN3zBlOJ56maQJy1WSi7M9SuYCAvjB4RMCLSJO34+ajQ"}]}}'
)

# `cosign attest --new-bundle-format --type https://example.com/p/v1`, with the predicate {"a": 1}.
ATTESTATION = (
    b'{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial":{"publicKey":{"hint":"9'
    b'wnjg/4IUSkLnM+Dduuruus4Ux3d4LiZrNjixXFf5Nc="}}, "dsseEnvelope":{"payload":"eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90b'
    b"y5pby9TdGF0ZW1lbnQvdjAuMSIsInByZWRpY2F0ZVR5cGUiOiJodHRwczovL2V4YW1wbGUuY29tL3AvdjEiLCJzdWJqZWN0IjpbeyJuYW1lI"
    b"joiMTI3LjAuMC4xOjQ1MDQ1L3RlYW0vYXBwIiwiZGlnZXN0Ijp7InNoYTI1NiI6ImZiNTBjZjRjNTZiMTlhNmU1YzM3YTQzOTA1MjY3ZDRiM"
    b'Dg4MDE1NWE1NzVkZjUyZjc2MGM3ZjI2OWU4NDU4YzkifX1dLCJwcmVkaWNhdGUiOnsiYSI6MX19", "payloadType":"application/vnd'
    b'.in-toto+json", "signatures":[{"sig":"MEQCIEbh+77sDhZgfJQA63Gp0NLEY68HamK0vp4qGvMfVGTuAiAQIGMDiljDzzoUZVEBvF'
    b'tVI7xKUemafMUqe6WvUkJUdg=="}]}}'
)
