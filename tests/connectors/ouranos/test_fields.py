"""Reading bodies: every fault at once, in the contract's words and order."""

from __future__ import annotations

import json
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.connectors.ouranos.bodies import read_body
from renkei.connectors.ouranos.cfp_input import read_cfp
from renkei.connectors.ouranos.fields import Faults, Fields, more_than_five_decimals
from renkei.connectors.ouranos.parts_input import read_part, read_structure
from renkei.connectors.ouranos.refusals import Refusal
from renkei.connectors.ouranos.trade_input import read_request, read_status
from renkei.kit.strict_json import DEFAULT_LIMITS, parse

ME = str(uuid4())
PLANT = str(uuid4())
TRACE = str(uuid4())


def part(**changed: object) -> dict[str, object]:
    return {
        "operatorId": ME,
        "traceId": None,
        "plantId": PLANT,
        "partsName": "A12345",
        "supportPartsName": None,
        "terminatedFlag": False,
        "amountRequired": None,
        "amountRequiredUnit": "kilogram",
    } | changed


def child(**changed: object) -> dict[str, object]:
    return part(amountRequired=5, **changed) if "amountRequired" not in changed else part(**changed)


def cfp(kind: str, **changed: object) -> dict[str, object]:
    stage = "preProcessing" if kind.startswith("pre") else "mainProcessing"
    return {
        "cfpId": None,
        "traceId": TRACE,
        "ghgEmission": 1.5,
        "ghgDeclaredUnit": "kgCO2e/kilogram",
        "cfpType": kind,
        "dqrType": stage,
        "dqrValue": {"TeR": 1, "GeR": 2, "TiR": 3},
    } | changed


KINDS = ("preProduction", "mainProduction", "preComponent", "mainComponent")


def four(**changed: object) -> list[dict[str, object]]:
    return [cfp(kind, **changed) for kind in KINDS]


def request(
    trade: dict[str, object] | None = None, status: dict[str, object] | None = None
) -> dict[str, object]:
    return {
        "tradeModel": {
            "tradeId": None,
            "downstreamOperatorId": ME,
            "upstreamOperatorId": str(uuid4()),
            "downstreamTraceId": TRACE,
            "upstreamTraceId": None,
        }
        | (trade or {}),
        "statusModel": {
            "statusId": None,
            "tradeId": None,
            "requestStatus": {},
            "message": "来月中にご回答をお願いします。",
            "replyMessage": None,
            "requestType": "CFP",
            "responseDueDate": "2024-12-31",
        }
        | (status or {}),
    }


def sent(body: object) -> object:
    """The body as the door reads it: decimals, no floats."""
    return parse(json.dumps(body).encode())


def message(read: object, body: object) -> str:
    """What the contract says of `body`, without the base text."""
    with pytest.raises(Refusal) as refused:
        read(sent(body))  # type: ignore[operator]
    assert refused.value.status == 400
    assert refused.value.source == "dataspace"
    base, _, rest = refused.value.message.partition(", ")
    assert base == "Validation failed"
    return rest


LONG = "あ" * 51

PARTS_ROWS = [
    ({"operatorId": None}, "operatorId: cannot be blank."),
    ({"operatorId": ""}, "operatorId: cannot be blank."),
    ({"operatorId": "x"}, "operatorId: invalid UUID."),
    ({"operatorId": ME.replace("-", "")}, "operatorId: invalid UUID."),
    ({"traceId": ""}, "traceId: invalid UUID."),
    ({"traceId": "{" + ME[2:] + "}"}, "traceId: invalid UUID."),
    ({"plantId": None}, "plantId: cannot be blank."),
    ({"partsName": ""}, "partsName: cannot be blank."),
    ({"partsName": LONG}, "partsName: the length must be between 1 and 50."),
    ({"supportPartsName": LONG}, "supportPartsName: the length must be no more than 50."),
    ({"partsLabelName": LONG}, "partsLabelName: the length must be no more than 50."),
    ({"partsAddInfo1": LONG}, "partsAddInfo1: the length must be no more than 50."),
    ({"partsAddInfo2": LONG}, "partsAddInfo2: the length must be no more than 50."),
    ({"partsAddInfo3": LONG}, "partsAddInfo3: the length must be no more than 50."),
    ({"terminatedFlag": None}, "terminatedFlag: cannot be blank."),
    ({"amountRequired": 1}, "amountRequired: must be blank."),
    ({"amountRequired": 0}, "amountRequired: must be blank."),
    ({"amountRequiredUnit": "キログラム"}, "amountRequiredUnit: cannot be allowed 'キログラム'."),
    ({"amountRequiredUnit": ""}, "amountRequiredUnit: cannot be allowed ''."),
    ({"partsName": 1}, "partsName: Unmarshal type error: expected=string, got=number."),
    ({"partsName": True}, "partsName: Unmarshal type error: expected=string, got=bool."),
    ({"partsName": []}, "partsName: Unmarshal type error: expected=string, got=array."),
    ({"partsName": {}}, "partsName: Unmarshal type error: expected=string, got=object."),
    ({"terminatedFlag": "true"}, "terminatedFlag: Unmarshal type error: expected=bool, got=string."),
    ({"amountRequired": "1"}, "amountRequired: Unmarshal type error: expected=float64, got=string."),
    ({"partsName": "", "operatorId": ""}, "operatorId: cannot be blank; partsName: cannot be blank."),
    (
        {"partsName": 1, "operatorId": ""},
        "partsName: Unmarshal type error: expected=string, got=number; operatorId: cannot be blank.",
    ),
]


class TestParts:
    @pytest.mark.parametrize(("changed", "expected"), PARTS_ROWS)
    def test_every_rule_of_a_part_has_its_text(self, changed, expected):
        assert message(read_part, part(**changed)) == expected

    def test_names_are_counted_in_code_points(self):
        assert read_part(parse(json.dumps(part(partsName="あ" * 50)).encode())).name == "あ" * 50

    def test_optional_texts_may_be_null_empty_or_absent(self):
        assert read_part(part(supportPartsName="", partsLabelName=None)).support_name == ""

    def test_unknown_keys_are_ignored(self):
        assert read_part(part(hoge=1)).name == "A12345"

    @pytest.mark.parametrize("body", [None, {}])
    def test_an_empty_body_lacks_every_required_field(self, body):
        assert message(read_part, body) == (
            "operatorId: cannot be blank; partsName: cannot be blank; plantId: cannot be blank; "
            "terminatedFlag: cannot be blank."
        )

    def test_a_body_of_another_type_is_told_as_such_only(self):
        assert (
            message(read_part, [])
            == ": Unmarshal type error: expected=traceability.PutPartsInput, got=array."
        )


CHILD_ROWS = [
    ({"amountRequired": None}, "amountRequired: is required."),
    ({"amountRequiredUnit": None}, "amountRequiredUnit: is required."),
    ({"amountRequired": -1}, "amountRequired: must be no less than 0."),
    ({"amountRequired": 100000}, "amountRequired: must be no greater than 99999.99999."),
    ({"amountRequired": 0.123456}, "amountRequired: must be a value up to the 5th decimal place."),
    ({"partsName": ""}, "partsName: cannot be blank."),
]


class TestStructure:
    @pytest.mark.parametrize(("changed", "expected"), CHILD_ROWS)
    def test_every_rule_of_a_child_has_its_text_and_place(self, changed, expected):
        body = {"parentPartsModel": part(), "childrenPartsModel": [child(), child(**changed)]}
        assert message(read_structure, body) == f"childrenPartsModel[1]: ({expected})."

    def test_parent_and_children_are_told_at_once(self):
        body = {
            "parentPartsModel": part(partsName=""),
            "childrenPartsModel": [child(plantId=""), child(traceId="x")],
        }
        assert message(read_structure, body) == (
            "parentPartsModel: (partsName: cannot be blank.); "
            "childrenPartsModel[0]: (plantId: cannot be blank.); "
            "childrenPartsModel[1]: (traceId: invalid UUID.)."
        )

    def test_types_are_told_by_their_dotted_path_without_index(self):
        body = {
            "parentPartsModel": part(partsName=1),
            "childrenPartsModel": [child(partsName=1), child(partsName=2)],
        }
        assert message(read_structure, body) == (
            "parentPartsModel.partsName: Unmarshal type error: expected=string, got=number; "
            "childrenPartsModel.partsName: Unmarshal type error: expected=string, got=number."
        )

    @pytest.mark.parametrize("body", [None, {}, {"parentPartsModel": None, "childrenPartsModel": None}])
    def test_both_keys_are_required(self, body):
        assert message(read_structure, body) == (
            "parentPartsModel: cannot be blank; childrenPartsModel: cannot be blank."
        )

    def test_no_children_are_legal(self):
        assert read_structure({"parentPartsModel": part(), "childrenPartsModel": []}).children == ()

    def test_more_than_50_children_are_refused(self):
        body = {"parentPartsModel": part(), "childrenPartsModel": [child()] * 51}
        assert message(read_structure, body) == "childrenPartsModel: the length must be no more than 50."

    def test_an_answer_is_smaller_than_a_body_full_of_faults(self):
        body = {"parentPartsModel": part(), "childrenPartsModel": [child(partsName="")] * 10_000}
        assert len(message(read_structure, body)) < 25_000

    @pytest.mark.parametrize("number", [b"0", b"-0", b"99999.99999", b"1.500000", b"5e-5", b"1E1"])
    def test_legal_amounts(self, number):
        body = json.dumps({"parentPartsModel": part(), "childrenPartsModel": [child(amountRequired=7)]})
        read = parse(body.encode().replace(b'"amountRequired": 7', b'"amountRequired": ' + number))
        assert read_structure(read).children[0].amount == Decimal(number.decode())

    @pytest.mark.parametrize("number", [b"0.000001", b"99999.999999", b"1e-400", b"1e400", b"-1e-5"])
    def test_illegal_amounts(self, number):
        body = json.dumps({"parentPartsModel": part(), "childrenPartsModel": [child(amountRequired=7)]})
        read = parse(body.encode().replace(b'"amountRequired": 7', b'"amountRequired": ' + number))
        with pytest.raises(Refusal):
            read_structure(read)


REQUEST_ROWS = [
    ({"downstreamOperatorId": ""}, {}, "downstreamOperatorId: cannot be blank."),
    ({"upstreamOperatorId": None}, {}, "upstreamOperatorId: cannot be blank."),
    ({"upstreamOperatorId": "x"}, {}, "upstreamOperatorId: invalid UUID."),
    ({"downstreamTraceId": None}, {}, "downstreamTraceId: cannot be blank."),
    ({}, {"message": "あ" * 1001}, "message: the length must be no more than 1000."),
    ({}, {"message": 1}, "statusModel.message: Unmarshal type error: expected=string, got=number."),
    ({}, {"requestType": None}, "requestType: cannot be blank."),
    ({}, {"requestType": "hoge"}, "requestType: cannot be allowed 'hoge'."),
    ({}, {"responseDueDate": None}, "responseDueDate: cannot be blank."),
    ({}, {"responseDueDate": ""}, "responseDueDate: cannot be blank."),
    ({}, {"responseDueDate": "2024-13-01"}, "responseDueDate: must be a valid date."),
    ({}, {"responseDueDate": "2024/12/31"}, "responseDueDate: must be a valid date."),
    ({}, {"responseDueDate": "20241231"}, "responseDueDate: must be a valid date."),
    ({}, {"responseDueDate": "2024-02-30"}, "responseDueDate: must be a valid date."),
    (
        {"tradeId": ME},
        {},
        "tradeModel.tradeId, statusModel.statusId, and statusModel.tradeId must all have values or all be null.",
    ),
    (
        {"tradeId": ME},
        {"statusId": TRACE, "tradeId": TRACE},
        "tradeModel.tradeId and statusModel.tradeId must be equal.",
    ),
    (
        {"downstreamTraceId": ""},
        {"requestType": ""},
        "downstreamTraceId: cannot be blank.; requestType: cannot be blank.",
    ),
]


class TestRequests:
    @pytest.mark.parametrize(("trade", "status", "expected"), REQUEST_ROWS)
    def test_every_rule_of_a_request_has_its_text(self, trade, status, expected):
        assert message(read_request, request(trade, status)) == expected

    def test_the_upstream_part_and_the_status_are_ignored(self):
        read = read_request(
            request({"upstreamTraceId": "nonsense"}, {"requestStatus": {"completedCount": "x"}})
        )
        assert read.trade_id is None
        assert read.downstream_trace_id == UUID(TRACE)

    def test_an_update_names_all_three_ids(self):
        read = read_request(request({"tradeId": ME}, {"tradeId": ME.upper(), "statusId": TRACE}))
        assert (read.trade_id, read.request_id) == (UUID(ME), UUID(TRACE))


def status(**changed: object) -> dict[str, object]:
    return {
        "statusId": TRACE,
        "tradeId": ME,
        "replyMessage": None,
        "requestStatus": {"cfpResponseStatus": "CANCEL"},
    } | changed


STATUS_ROWS = [
    ({"statusId": None}, "statusId: cannot be blank."),
    ({"tradeId": ""}, "tradeId: cannot be blank."),
    ({"tradeId": "x"}, "tradeId: invalid UUID."),
    ({"replyMessage": "あ" * 1001}, "replyMessage: the length must be no more than 1000."),
    ({"replyMessage": 1}, "replyMessage: Unmarshal type error: expected=string, got=number."),
    (
        {"requestStatus": {"cfpResponseStatus": "COMPLETED"}},
        "requestStatus: (cfpResponseStatus: cannot be allowed 'COMPLETED').",
    ),
    ({"requestStatus": {}}, "requestStatus: (cfpResponseStatus: cannot be allowed '')."),
    ({"requestStatus": None}, "requestStatus: (cfpResponseStatus: cannot be allowed '')."),
    (
        {"statusId": None, "requestStatus": {}},
        "statusId: cannot be blank.; requestStatus: (cfpResponseStatus: cannot be allowed '').",
    ),
]


class TestStatus:
    @pytest.mark.parametrize(("changed", "expected"), STATUS_ROWS)
    def test_every_rule_of_a_status_has_its_text(self, changed, expected):
        assert message(read_status, status(**changed)) == expected

    def test_everything_else_is_ignored(self):
        body = status(
            responseDueDate="", message=5, requestType="?", requestStatus={"cfpResponseStatus": "REJECT"}
        )
        assert read_status(body).action == "REJECT"


def with_first(**changed: object) -> list[dict[str, object]]:
    return [cfp("preProduction", **changed), *four()[1:]]


CFP_ROWS = [
    (
        with_first(traceId=""),
        ["cfpModel[0]: (traceId: cannot be blank.)", "ensure all objects have the same traceId"],
    ),
    (
        with_first(cfpId="x"),
        ["cfpModel[0]: (cfpId: invalid UUID.)", "ensure all objects have the same cfpId"],
    ),
    (with_first(ghgEmission=-1), ["cfpModel[0]: (ghgEmission: must be no less than 0.)"]),
    (with_first(ghgEmission=100000), ["cfpModel[0]: (ghgEmission: must be no greater than 99999.99999.)"]),
    (
        with_first(ghgEmission=1.123456),
        ["cfpModel[0]: (ghgEmission: must be a value up to the 5th decimal place.)"],
    ),
    (
        with_first(ghgDeclaredUnit="kilogram"),
        [
            "cfpModel[0]: (ghgDeclaredUnit: cannot be allowed 'kilogram'.)",
            "ensure all objects have the same ghgDeclaredUnit",
        ],
    ),
    (
        with_first(cfpType="hoge"),
        ["cfpModel[0]: (cfpType: cannot be allowed 'hoge'.)", "cfpType preProduction is insufficient"],
    ),
    (
        with_first(cfpType="preProductionTotal"),
        [
            "cfpModel[0]: (cfpType: cannot be allowed 'preProductionTotal'.)",
            "cfpType preProduction is insufficient",
        ],
    ),
    (
        with_first(dqrType="mainProcessing", dqrValue={"TeR": 1, "GeR": 2, "TiR": 3}),
        ["cfpModel[0]: (ensure the combination of cfpType and dqrType is correct.)"],
    ),
    (
        with_first(dqrValue={"TeR": -1, "GeR": 2, "TiR": 3}),
        [
            "cfpModel[0]: (dqrValue: (TeR: must be no less than 0.).)",
            "different dqrValues are set for the same dqrType",
        ],
    ),
    (
        with_first(dqrValue={"TeR": 1, "GeR": 2, "TiR": 3.123456}),
        [
            "cfpModel[0]: (dqrValue: (TiR: must be a value up to the 5th decimal place.).)",
            "different dqrValues are set for the same dqrType",
        ],
    ),
    (four()[:3], ["cfp models must be 4 elements", "cfpType mainComponent is insufficient"]),
    (
        [],
        [
            "cfp models must be 4 elements",
            "cfpType preProduction is insufficient",
            "cfpType mainProduction is insufficient",
            "cfpType preComponent is insufficient",
            "cfpType mainComponent is insufficient",
        ],
    ),
    ([*four(), cfp("preComponent")], ["cfp models must be 4 elements"]),
    (
        [cfp("preComponent"), *four()[1:]],
        ["cfpType preProduction is insufficient"],
    ),
    (with_first(cfpId=ME), ["ensure all objects have the same cfpId"]),
    (with_first(traceId=ME), ["ensure all objects have the same traceId"]),
    (with_first(ghgDeclaredUnit="kgCO2e/unit"), ["ensure all objects have the same ghgDeclaredUnit"]),
    (
        [cfp(kind, ghgEmission=0 if kind.startswith("pre") else 1) for kind in KINDS],
        ["set ghgEmission to a value greater than 0 for cfpType of preProduction or preComponent"],
    ),
    (
        [cfp(kind, ghgEmission=None if kind.startswith("main") else 1) for kind in KINDS],
        ["set ghgEmission to a value greater than 0 for cfpType of mainProduction or mainComponent"],
    ),
    (
        with_first(dqrValue={"TeR": 1, "GeR": 2, "TiR": None}),
        ["different dqrValues are set for the same dqrType"],
    ),
    (
        with_first(traceId="", dqrType="mainProcessing"),
        [
            "cfpModel[0]: (traceId: cannot be blank.; ensure the combination of cfpType and dqrType is correct.)",
            "ensure all objects have the same traceId",
        ],
    ),
]


class TestCfp:
    @pytest.mark.parametrize(("body", "expected"), CFP_ROWS)
    def test_every_rule_of_a_footprint_has_its_text_in_the_order_of_the_table(self, body, expected):
        assert message(read_cfp, body) == "; ".join(expected) + "."

    def test_an_element_of_the_wrong_type_is_told_without_its_index(self):
        assert message(read_cfp, with_first(ghgEmission="1")) == (
            "ghgEmission: Unmarshal type error: expected=float64, got=string."
        )

    def test_quality_may_be_partly_null_in_both_elements(self):
        """⚠ The reference aborts the connection here."""
        read = read_cfp(sent(four(dqrValue={"TeR": 1, "GeR": None, "TiR": None})))
        assert read.quality["preProcessing"] == (Decimal(1), None, None)

    def test_zero_and_null_are_kept_apart(self):
        read = read_cfp([cfp(kind, ghgEmission=0, dqrValue={"TeR": 0, "GeR": None}) for kind in KINDS])
        assert read.emissions["preProduction"] == 0
        assert read.quality["mainProcessing"] == (Decimal(0), None, None)

    def test_any_order_is_kept_for_the_answer(self):
        assert read_cfp(sent(list(reversed(four())))).order == tuple(reversed(KINDS))

    def test_a_body_that_is_no_array(self):
        assert (
            message(read_cfp, {}) == ": Unmarshal type error: expected=traceability.PutCfpInputs, got=object."
        )


MALFORMED = [
    (b'{"a": , "b": 1}', "invalid character ',' looking for beginning of value"),
    (b'{"a": NaN}', None),
    (b'{"a" 1}', "invalid character '1' after object key"),
    (b'{"a": 1 "b": 2}', "invalid character '\"' after object key:value pair"),
    (b"[1 2]", "invalid character '2' after array element"),
    (b"{1: 2}", "invalid character '1' looking for beginning of object key string"),
    (b"{} {}", "invalid character '{' after top-level value"),
    (b'{"a": "\n"}', "invalid character '\\n' in string literal"),
    (b'{"a": 1', ""),
    (b'{"a": "x', ""),
    (b"{", None),
    (b"\xff", "invalid UTF-8 in body"),
    (b'\xef\xbb\xbf{"a": 1}', None),
    (b'{"a": "\\u0000"}', None),
    (b'{"a": "\\ud800"}', None),
    (b'{"a": 1, "a": 2}', "a: duplicate key."),
    (b'{"a": [{"b": 1e999999}]}', "a.b: Unmarshal type error: expected=float64, got=number out of range."),
    (b"[" * 100 + b"]" * 100, "exceeded max depth"),
]


class TestBodies:
    @pytest.mark.parametrize(("body", "expected"), MALFORMED)
    def test_malformed_json_is_refused_in_the_words_of_go(self, body, expected):
        with pytest.raises(Refusal) as refused:
            read_body(body, "application/json", source="dataspace", limits=DEFAULT_LIMITS)
        assert refused.value.status == 400
        if expected is not None:
            assert refused.value.message == f"Validation failed, {expected}"

    @pytest.mark.parametrize("content_type", [None, "text/plain", "application/xml", "application/jsonx"])
    def test_a_wrong_content_type_leaves_only_the_base_text(self, content_type):
        with pytest.raises(Refusal) as refused:
            read_body(b"{}", content_type, source="auth", limits=DEFAULT_LIMITS)
        assert refused.value.message == "Validation failed, "

    @pytest.mark.parametrize(
        "content_type", ["application/json", "application/json; charset=utf-8", "Application/JSON"]
    )
    def test_json_is_read_whatever_its_parameters(self, content_type):
        assert read_body(b"{}", content_type, source="auth", limits=DEFAULT_LIMITS) == {}

    def test_an_empty_body_binds_like_null(self):
        assert read_body(b"", None, source="auth", limits=DEFAULT_LIMITS) is None

    @given(st.binary(max_size=200))
    def test_no_bytes_escape_as_anything_but_a_refusal(self, body):
        try:
            value = read_body(body, "application/json", source="dataspace", limits=DEFAULT_LIMITS)
        except Refusal:
            return
        for read in (read_part, read_structure, read_request, read_status, read_cfp):
            with pytest.raises(Refusal):
                read(value)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.text(max_size=60),
    lambda below: st.lists(below, max_size=5)
    | st.dictionaries(
        st.sampled_from(
            [
                "parentPartsModel", "childrenPartsModel", "tradeModel", "statusModel", "requestStatus", "traceId",
                "operatorId", "partsName", "amountRequired", "cfpType", "dqrValue", "TeR", "ghgEmission", "tradeId",
                "cfpResponseStatus", "responseDueDate", "terminatedFlag",
            ]
        ),
        below,
        max_size=6,
    ),
    max_leaves=25,
)  # fmt: skip


@given(JSON_VALUES)
def test_no_value_escapes_as_anything_but_a_refusal(value):
    for read in (read_part, read_structure, read_request, read_status, read_cfp):
        try:
            read(value)
        except Refusal as refused:
            assert refused.message.startswith("Validation failed, ")  # noqa: PT017 - either outcome is right


@given(st.decimals(min_value=0, max_value=99999, places=8))
def test_five_decimals_are_counted_by_value(number):
    assert more_than_five_decimals(number) == (number * 100000 % 1 != 0)


def test_an_object_of_the_wrong_type_has_no_blank_fields():
    faults = Faults("dataspace")
    fields = Fields(faults, "text", path="parentPartsModel", expected="T")
    fields.uuid("operatorId", required=True)
    fields.close()
    assert list(faults.groups) == []
    assert list(faults.types) == ["parentPartsModel: Unmarshal type error: expected=T, got=string"]
