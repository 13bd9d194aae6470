"""Companies to measure with: members with a plant, one person with a role in each, one application key for all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg

from bench.place import Place, settings_of
from renkei.app import open_context
from renkei.database.connect import connect
from renkei.database.transaction import Entry, act_as

API_KEY = "bench-key"


@dataclass(frozen=True, slots=True)
class Company:
    """A member with one plant; `token` is an access token that is good for an hour."""

    operator_key: int
    operator_id: UUID
    plant_id: UUID
    token: str

    @property
    def entry(self) -> Entry:
        """Acts as this company without HTTP."""
        return act_as(self.operator_key, self.operator_id, door="v1")

    @property
    def headers(self) -> dict[str, str]:
        """What its requests carry at the Ouranos door."""
        return {
            "apiKey": API_KEY,
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
        }


def add_companies(place: Place, database: str, names: list[str]) -> list[Company]:
    """Register the companies as the command line would, in one go; in the order of `names`, which must be new."""
    settings = settings_of(place.data_dir, place.url(database))
    opened = connect(settings, size=2)
    try:
        keys = open_context(settings, opened).access
        account_id, now = uuid4(), datetime.now(UTC)
        rows = [(uuid4(), uuid4(), name) for name in names]
        with psycopg.connect(place.superuser_url(database)) as connection:
            account = connection.execute(
                "INSERT INTO commons.accounts (account_id, email, password_changed_at, created_at) "
                "VALUES (%s, %s, now(), now()) RETURNING account_key",
                (account_id, f"{account_id}@bench.invalid"),
            ).fetchone()
            api_key = connection.execute(
                "INSERT INTO commons.api_keys (api_key_id, application_name, attribute, key_hash, all_operators, created_at) "
                "VALUES (%s, 'bench', 'Application', %s, true, now()) "
                "ON CONFLICT (key_hash) DO UPDATE SET state = 'active' RETURNING api_key_key",
                (uuid4(), keys.key_hash(API_KEY)),
            ).fetchone()
            assert account is not None
            assert api_key is not None
            connection.execute(
                "INSERT INTO commons.api_key_networks VALUES (%s, '127.0.0.0/8') ON CONFLICT DO NOTHING",
                api_key,
            )
            operators = connection.execute(
                """
                WITH given AS (
                  SELECT * FROM unnest(%(ids)s::uuid[], %(plants)s::uuid[], %(names)s::text[])
                                WITH ORDINALITY AS g(operator_id, plant_id, name, n)
                ), members AS (
                  INSERT INTO commons.operators (operator_id, name, address, open_operator_id, created_at, updated_at)
                  SELECT operator_id, name, '東京都', name, now(), now() FROM given ORDER BY n
                  RETURNING operator_key, operator_id
                ), sites AS (
                  INSERT INTO commons.plants (plant_id, operator_key, name, address, open_plant_id, created_at, updated_at)
                  SELECT g.plant_id, m.operator_key, '工場', '東京都', '000001', now(), now()
                    FROM members m JOIN given g USING (operator_id)
                ), roles AS (
                  INSERT INTO commons.memberships (account_key, operator_key, role, granted_at)
                  SELECT %(account)s, operator_key, 'editor', now() FROM members
                )
                SELECT m.operator_key FROM members m JOIN given g USING (operator_id) ORDER BY g.n
                """,
                {
                    "ids": [row[0] for row in rows],
                    "plants": [row[1] for row in rows],
                    "names": names,
                    "account": account[0],
                },
            ).fetchall()
        return [
            Company(
                operator_key,
                operator_id,
                plant_id,
                keys.issue(
                    account_id=account_id,
                    email="bench@bench.invalid",
                    operator_id=operator_id,
                    authenticated_at=now,
                ),
            )
            for (operator_key,), (operator_id, plant_id, _) in zip(operators, rows, strict=True)
        ]
    finally:
        opened.pool.close()
