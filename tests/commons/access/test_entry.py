"""Who gets in, and in which order what is wrong is told."""

from __future__ import annotations


def test_smoke(database):
    from renkei.commons.access.tokens import AccessKeys
    from renkei.kit.signing import SecretBox

    keys = AccessKeys(database, SecretBox([b"x" * 32]))
    print(keys.jwks())
