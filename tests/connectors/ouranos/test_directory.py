"""`/api/v1/authInfo`: sections 6.6 and 6.7."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from tests.connectors.ouranos.test_door import told
from tests.connectors.ouranos.world import INFO


def operator(company, **changed):
    own = company.call("GET", INFO, dataTarget="operator").json()
    return own | changed


def put_operator(company, body):
    return company.call("PUT", INFO, json_body=body, dataTarget="operator")


def plant(company, **changed):
    return {
        "plantId": None,
        "operatorId": company.id,
        "plantName": "A工場",
        "plantAddress": "xx県xx市xxxx町1-1-1234",
        "openPlantId": "9876543210987123456",
        "plantAttribute": {},
    } | changed


def put_plant(company, body):
    return company.call("PUT", INFO, json_body=body, dataTarget="plant")


class TestReadingOperators:
    def test_ones_own(self, a):
        own = a.call("GET", INFO, dataTarget="operator")
        assert own.status_code == 200
        assert list(own.json()) == [
            "operatorId",
            "operatorName",
            "operatorAddress",
            "openOperatorId",
            "operatorAttribute",
        ]
        assert own.json()["operatorId"] == a.id
        assert own.json()["operatorAttribute"] == {"globalOperatorId": None}
        assert a.call("GET", INFO, dataTarget="operator", openOperatorId="").json() == own.json()

    def test_another_by_its_public_id(self, a, b):
        theirs = operator(b)
        assert (
            a.call("GET", INFO, dataTarget="operator", openOperatorId=theirs["openOperatorId"]).json()
            == theirs
        )

    def test_nobody_by_that_public_id(self, a):
        for value in ("nobody", "x" * 256, "部品"):
            answer = a.call("GET", INFO, dataTarget="operator", openOperatorId=value)
            assert told(answer) == (404, "[auth] NotFound", "record not found")

    def test_public_ids_that_cannot_be(self, a):
        for value in ("x" * 257, "a\x00"):
            assert told(a.call("GET", INFO, dataTarget="operator", openOperatorId=value))[0] == 400

    def test_several_by_their_ids(self, a, b):
        ids = f"{b.id},{uuid4()},{a.id}"
        found = a.call("GET", INFO, dataTarget="operator", operatorIds=ids).json()
        assert {one["operatorId"] for one in found} == {a.id, b.id}
        assert a.call("GET", INFO, dataTarget="operator", operatorIds=str(uuid4())).json() == []

    @pytest.mark.parametrize(
        "ids", ["", "x", ",".join(str(UUID(int=n)) for n in range(101)), f"{UUID(int=1)};{UUID(int=2)}"]
    )
    def test_bad_lists_of_ids(self, a, ids):
        assert told(a.call("GET", INFO, dataTarget="operator", operatorIds=ids)) == (
            400,
            "[auth] BadRequest",
            "Invalid request parameters, operatorIds: Unexpected query parameter",
        )

    def test_up_to_100_ids(self, a):
        ids = ",".join(str(uuid4()) for _ in range(100))
        assert a.call("GET", INFO, dataTarget="operator", operatorIds=ids).json() == []

    def test_only_one_of_both(self, a):
        answer = a.call("GET", INFO, dataTarget="operator", operatorIds=a.id, openOperatorId="x")
        assert told(answer)[2] == (
            "Invalid request parameters, only one of operatorIds and openOperatorId can be set."
        )


OPERATOR_ROWS = [
    ({"operatorId": None}, "operatorId: cannot be blank."),
    ({"operatorId": "x"}, "operatorId: invalid UUID."),
    ({"operatorName": ""}, "operatorName: cannot be blank."),
    ({"operatorName": "あ" * 257}, "operatorName: the length must be between 1 and 256."),
    ({"operatorAddress": None}, "operatorAddress: cannot be blank."),
    ({"openOperatorId": ""}, "openOperatorId: cannot be blank."),
    ({"openOperatorId": "1" * 21}, "openOperatorId: the length must be between 1 and 20."),
    ({"operatorAttribute": None}, "operatorAttribute: cannot be blank."),
    (
        {"operatorAttribute": {"globalOperatorId": "x" * 257}},
        "operatorAttribute: (globalOperatorId: the length must be no more than 256.).",
    ),
    ({"operatorName": 1}, "operatorName: Unmarshal type error: expected=string, got=number."),
    (
        {"operatorAttribute": "x"},
        "operatorAttribute: Unmarshal type error: expected=traceability.OperatorAttributeInput, got=string.",
    ),
    (
        {"operatorAttribute": {"globalOperatorId": 1}},
        "operatorAttribute.globalOperatorId: Unmarshal type error: expected=string, got=number.",
    ),
    (
        {"operatorName": "", "operatorAddress": ""},
        "operatorAddress: cannot be blank; operatorName: cannot be blank.",
    ),
]


class TestPuttingOperators:
    def test_every_rule_has_its_text(self, a):
        for changed, text in OPERATOR_ROWS:
            assert told(put_operator(a, operator(a, **changed))) == (
                400,
                "[auth] BadRequest",
                f"Validation failed, {text}",
            ), changed

    def test_name_address_and_global_id_can_change(self, a):
        body = operator(
            a, operatorName="新社名", operatorAddress="大阪", operatorAttribute={"globalOperatorId": "id_001"}
        )
        answer = put_operator(a, body)
        assert (answer.status_code, answer.json()) == (201, body)
        assert operator(a) == body

    def test_only_ones_own(self, a, b):
        assert told(put_operator(a, operator(b))) == (
            403,
            "[auth] AccessDenied",
            "You do not have the necessary privileges",
        )

    def test_the_public_id_is_immutable(self, a):
        answer = put_operator(a, operator(a, openOperatorId="other"))
        assert told(answer) == (400, "[auth] BadRequest", "openOperatorID: field is immutable.")

    def test_global_ids_are_unique_the_empty_one_too_but_null_is_not(self, a, b):
        for value in ("id_001", ""):
            assert (
                put_operator(a, operator(a, operatorAttribute={"globalOperatorId": value})).status_code == 201
            )
            taken = put_operator(b, operator(b, operatorAttribute={"globalOperatorId": value}))
            assert told(taken) == (400, "[auth] BadRequest", f"globalOperatorId: {value} is already exists.")
        for company in (a, b):
            assert put_operator(company, operator(company, operatorAttribute={})).status_code == 201


PLANT_ROWS = [
    ({"plantId": "x"}, "plantId: invalid UUID."),
    ({"operatorId": ""}, "operatorId: cannot be blank."),
    ({"plantName": ""}, "plantName: cannot be blank."),
    ({"plantName": "あ" * 257}, "plantName: the length must be between 1 and 256."),
    ({"plantAddress": ""}, "plantAddress: cannot be blank."),
    ({"openPlantId": None}, "openPlantId: is required."),
    ({"openPlantId": "1" * 27}, "openPlantId: the length must be no more than 26."),
    ({"openPlantId": "12345x"}, "openPlantId: the last 6 digits must always be numeric."),
    ({"openPlantId": "12345"}, "openPlantId: the last 6 digits must always be numeric."),
    ({"openPlantId": ""}, "openPlantId: the last 6 digits must always be numeric."),
    ({"openPlantId": "１２３４５６"}, "openPlantId: the last 6 digits must always be numeric."),
    ({"plantAttribute": None}, "plantAttribute: cannot be blank."),
    ({"plantName": 1}, "plantName: Unmarshal type error: expected=string, got=number."),
]


class TestPlants:
    def test_every_rule_has_its_text(self, a):
        for changed, text in PLANT_ROWS:
            assert told(put_plant(a, plant(a, **changed))) == (
                400,
                "[auth] BadRequest",
                f"Validation failed, {text}",
            ), changed

    def test_a_plant_is_created_changed_and_listed(self, a):
        created = put_plant(a, plant(a))
        assert created.status_code == 201
        assert list(created.json()) == [
            "plantId",
            "operatorId",
            "plantName",
            "plantAddress",
            "openPlantId",
            "plantAttribute",
        ]
        plant_id = created.json()["plantId"]
        changed = put_plant(
            a, plant(a, plantId=plant_id, plantName="B工場", plantAttribute={"globalPlantId": "g"})
        )
        assert changed.status_code == 201
        listed = a.call("GET", INFO, dataTarget="plant").json()
        assert len(listed) == 2
        assert changed.json() in listed

    def test_a_strangers_plant_or_none(self, a, b):
        for plant_id in (str(b.operator.plant_id), str(uuid4())):
            assert told(put_plant(a, plant(a, plantId=plant_id))) == (
                404,
                "[auth] NotFound",
                "record not found",
            )
        assert told(put_plant(a, plant(b))) == (
            403,
            "[auth] AccessDenied",
            "You do not have the necessary privileges",
        )

    def test_ids_are_unique_within_the_operator(self, a, b):
        assert put_plant(a, plant(a, plantAttribute={"globalPlantId": ""})).status_code == 201
        assert told(put_plant(a, plant(a))) == (
            400,
            "[auth] BadRequest",
            "openPlantId: 9876543210987123456 is already exists.",
        )
        other = plant(a, openPlantId="000001x999999", plantAttribute={"globalPlantId": ""})
        assert told(put_plant(a, other))[2] == "globalPlantId:  is already exists."
        assert put_plant(a, other | {"plantAttribute": {"globalPlantId": None}}).status_code == 201
        assert put_plant(b, plant(b)).status_code == 201

    def test_only_ones_own_are_listed(self, a, b):
        assert [one["operatorId"] for one in a.call("GET", INFO, dataTarget="plant").json()] == [a.id]
