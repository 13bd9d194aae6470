"""Passkeys (W3C Web Authentication, level 3): sign-in with a key of a person's device, without a password.

The device asks for a finger, a face or a number before it signs (user verification is demanded), so a passkey is two
factors in one, and no code is asked for besides. It signs a challenge of ours for our own address, so that no other site
can use what it signs. A challenge is good for `CHALLENGE_SECONDS`, in the one session that it was made for.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

import structlog

from renkei.commons.access import passkeys_store as store
from renkei.commons.access.audit_store import note
from renkei.commons.access.errors import PasskeyMissing, PasskeyRefused
from renkei.commons.access.model import Challenge, Passkey
from renkei.commons.access.tokens import AccessKeys
from renkei.database.caller import Caller
from renkei.database.transaction import Transaction

log = structlog.get_logger(__name__)

CHALLENGE_SECONDS: Final = 300
MOST: Final = 20
"""Passkeys of one person."""
_NAME: Final = "Renkei"


def to_add(keys: AccessKeys, caller: Caller, address: str, email: str) -> tuple[str, Challenge]:
    """What the browser hands to the device to make a key for our `address`, as JSON; and what must come back."""
    import webauthn  # noqa: PLC0415 - takes a third of a second, which a server that starts need not wait for
    from webauthn.helpers.structs import (  # noqa: PLC0415
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    account_id = caller.person()
    held = keys.database.owner(lambda tx: store.of_account(tx, account_id))
    options = webauthn.generate_registration_options(
        rp_id=_host(address),
        rp_name=_NAME,
        user_id=account_id.bytes,
        user_name=email,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=bytes(row["credential_id"])) for row in held],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return webauthn.options_to_json(options), Challenge(options.challenge, keys.database.clock.now())


def add(
    keys: AccessKeys, caller: Caller, address: str, challenge: Challenge | None, answer: str, name: str
) -> None:
    """Keep the key that a device made. Raises `PasskeyRefused`."""
    import webauthn  # noqa: PLC0415

    account_id = caller.person()
    expected = _still_good(challenge, keys.database.clock.now())
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=expected,
            expected_rp_id=_host(address),
            expected_origin=address,
            require_user_verification=True,
        )
    except Exception as error:  # noqa: BLE001 - whatever the library makes of what no device gives
        raise _refused(error) from None

    def work(tx: Transaction) -> bool:
        if len(store.of_account(tx, account_id)) >= MOST:
            return False
        note(tx, "passkey_added", account_id=account_id)
        return store.insert(
            tx, account_id, made.credential_id, made.credential_public_key, made.sign_count, name
        )

    if not keys.database.owner(work):
        raise PasskeyRefused
    log.info("passkey_added", account=str(account_id))


def passkeys(keys: AccessKeys, caller: Caller) -> list[Passkey]:
    """The calling person's own, the oldest first."""
    account_id = caller.person()
    rows = keys.database.owner(lambda tx: store.of_account(tx, account_id))
    return [Passkey(**{name: row[name] for name in Passkey.__dataclass_fields__}) for row in rows]


def remove(keys: AccessKeys, caller: Caller, passkey_id: UUID) -> None:
    """Forget one of the calling person's. Raises `PasskeyMissing`."""
    account_id = caller.person()

    def work(tx: Transaction) -> bool:
        note(tx, "passkey_removed", account_id=account_id)
        return store.delete(tx, account_id, passkey_id)

    if not keys.database.owner(work):
        raise PasskeyMissing
    log.info("passkey_removed", account=str(account_id))


def to_use(keys: AccessKeys, address: str) -> tuple[str, Challenge]:
    """What the browser hands to the device to sign in, as JSON; and what must come back. It names nobody."""
    import webauthn  # noqa: PLC0415
    from webauthn.helpers.structs import UserVerificationRequirement  # noqa: PLC0415

    options = webauthn.generate_authentication_options(
        rp_id=_host(address), user_verification=UserVerificationRequirement.REQUIRED
    )
    return webauthn.options_to_json(options), Challenge(options.challenge, keys.database.clock.now())


def proven(keys: AccessKeys, address: str, challenge: Challenge | None, answer: str) -> UUID:
    """The account whose device signed. Raises `PasskeyRefused`."""
    import webauthn  # noqa: PLC0415

    expected = _still_good(challenge, keys.database.clock.now())
    try:
        credential_id = webauthn.helpers.parse_authentication_credential_json(answer).raw_id
    except Exception as error:  # noqa: BLE001 - whatever the library makes of what no device gives
        raise _refused(error) from None

    def work(tx: Transaction) -> UUID | None:
        row = store.held(tx, credential_id)
        if row is None:
            return None
        try:
            found = webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=expected,
                expected_rp_id=_host(address),
                expected_origin=address,
                credential_public_key=bytes(row["public_key"]),
                # The library refuses a count that does not rise: the key was copied.
                credential_current_sign_count=row["sign_count"],
                require_user_verification=True,
            )
        except Exception as error:  # noqa: BLE001 - whatever the library makes of what no device gives
            raise _refused(error) from None
        store.use(tx, row["passkey_key"], found.new_sign_count)
        account_id: UUID = row["account_id"]
        return account_id

    account_id = keys.database.owner(work)
    if account_id is None:
        raise PasskeyRefused
    return account_id


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""


def _still_good(challenge: Challenge | None, now: datetime) -> bytes:
    if challenge is None or not 0 <= (now - challenge.made_at).total_seconds() <= CHALLENGE_SECONDS:
        raise PasskeyRefused
    return challenge.value


def _refused(error: Exception) -> PasskeyRefused:
    log.info("passkey_refused", why=type(error).__name__)
    return PasskeyRefused()
