"""Files and certificates at the Ouranos door: addresses, bytes, and who gets what (section 10)."""

from __future__ import annotations

from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from renkei.app import create_app
from renkei.settings import Settings
from tests.clocks import Turnable
from tests.connectors.ouranos.test_production_paths import call, errors
from tests.connectors.ouranos.world import CLIENT, Company, World

PDF = b"%PDF-1.7 " + b"certificate " * 1000
REFUSED = ("RENKEI0020", "URLが無効か、有効期限が切れています。")


def reserve(company: Company, *names: str) -> list[dict]:
    files = [{"fileName": name, "extension": name.rpartition(".")[2]} for name in names or ("証明書.pdf",)]
    answer = call(company, "POST", "/fileUploadUrl", {"operatorId": company.id, "fileInfo": files})
    assert answer.status_code == 200, answer.text
    return answer.json()


def upload(company: Company, data: bytes = PDF, name: str = "証明書.pdf") -> dict:
    (target,) = reserve(company, name)
    answer = company.http.put(target["URL"], content=data, headers={"x-amz-acl": "x"})
    assert (answer.status_code, answer.content) == (200, b"")
    return target


def register(company: Company, trace_id: str, *files: dict, **changed):
    body = {
        "operatorId": company.id,
        "traceId": trace_id,
        "cfpCertificationDescription": "説明",
        "cfpCertificationFileInfo": [
            {"fileId": file["fileId"], "fileName": file["fileName"]} for file in files
        ],
    } | changed
    return call(company, "POST", "/cfpCertificationInfo", body)


def address(company: Company, file_id: str, certificate_id: str, kind="OWN", owner: Company | None = None):
    return call(
        company,
        "GET",
        "/fileDownloadUrl",
        operatorId=company.id,
        fileOperatorId=(owner or company).id,
        fileId=file_id,
        downloadType=kind,
        cfpCertificationId=certificate_id,
    )


def show(supplier: Company, customer: Company, trace_id: str, *, released: bool = True):
    body = {
        "operatorId": supplier.id,
        "releasedToOperatorId": customer.id,
        "traceId": trace_id,
        "releasedFlag": released,
    }
    assert call(supplier, "POST", "/cfpCertificationAcl", body).status_code == 200


class TestUpload:
    def test_addresses_come_in_the_order_asked(self, a):
        found = reserve(a, "b.pdf", "a.csv")
        assert [one["fileName"] for one in found] == ["b.pdf", "a.csv"]
        assert all(list(one) == ["fileId", "fileName", "URL"] for one in found)
        assert found[0]["URL"].startswith(f"http://ouranos.test/files/{found[0]['fileId']}?")

    def test_every_extension_of_the_contract(self, a):
        kinds = [
            "txt",
            "csv",
            "pdf",
            "doc",
            "docx",
            "odt",
            "ppt",
            "pptx",
            "odp",
            "xls",
            "xlsx",
            "ods",
            "jpeg",
            "jpg",
            "bmp",
            "gif",
            "png",
            "zip",
        ]
        assert len(reserve(a, *(f"x.{kind}" for kind in kinds))) == 18

    def test_other_extensions_are_refused(self, a):
        for extension in ("html", "exe", "svg", "x"):
            body = {"operatorId": a.id, "fileInfo": [{"fileName": "x", "extension": extension}]}
            answer = call(a, "POST", "/fileUploadUrl", body)
            assert answer.status_code == 400
            assert errors(answer)[0][0] == "RENKEI0018"

    def test_bodies_that_are_not_right(self, a, b):
        for body, code in (
            ({}, 400),
            ({"operatorId": a.id, "fileInfo": []}, 400),
            ({"operatorId": a.id, "fileInfo": [{"fileName": "x.pdf"}]}, 400),
            ({"operatorId": a.id, "fileInfo": [{"fileName": "..", "extension": "pdf"}]}, 400),
            ({"operatorId": a.id, "fileInfo": [{"fileName": "x.pdf", "extension": "pdf"}] * 101}, 400),
            ({"operatorId": b.id, "fileInfo": [{"fileName": "x.pdf", "extension": "pdf"}]}, 403),
        ):
            answer = call(a, "POST", "/fileUploadUrl", body)
            assert answer.status_code == code, answer.text
            assert errors(answer)

    def test_a_repeated_upload_of_the_same_bytes_is_accepted_of_others_not(self, a):
        target = upload(a)
        assert a.http.put(target["URL"], content=PDF).status_code == 200
        assert a.http.put(target["URL"], content=PDF + b"!").status_code == 400

    def test_bytes_that_are_not_what_the_name_says(self, a):
        (target,) = reserve(a)
        answer = a.http.put(target["URL"], content=b"<html>")
        assert answer.status_code == 400
        assert errors(answer)[0][0] == "RENKEI-file_not_as_named"

    def test_an_address_is_good_for_one_method_one_file_and_its_time(self, world, a, b):
        (target,) = reserve(a)
        url = target["URL"]
        other = str(uuid4())
        for method, changed in (
            ("GET", url),
            ("PUT", url.replace(target["fileId"], other)),
            ("PUT", url.replace(a.id, b.id)),
            ("PUT", url + f"&trade={other}"),
            ("PUT", url[:-1]),
            ("PUT", url.partition("?")[0]),
            ("PUT", url.partition("&token")[0]),
            ("PUT", "/files/x?operator=y&token=z"),
        ):
            answer = a.http.request(method, changed, content=PDF if method == "PUT" else None)
            assert (answer.status_code, errors(answer)) == (403, [REFUSED]), changed
        clock = world.database.clock = Turnable()
        clock.turn(seconds=301)
        assert a.http.put(url, content=PDF).status_code == 403
        clock.turn(seconds=-301)
        assert a.http.put(url, content=PDF).status_code == 200

    def test_a_suspended_companys_addresses_are_void(self, world, a):
        (target,) = reserve(a)
        world.database.owner(
            lambda tx: (
                tx.execute("UPDATE commons.operators SET state = 'suspended' WHERE operator_id = %s", (a.id,))
                and None
            )
        )
        assert a.http.put(target["URL"], content=PDF).status_code == 403

    def test_the_size_is_limited_announced_or_not(self, database, tmp_path):
        settings = Settings(
            data_dir=tmp_path, public_base_url="http://ouranos.test", file_size_limit_bytes=1_000
        )
        with TestClient(create_app(settings, database), client=CLIENT) as http:
            company = World(http.app, http, database).company("A株式会社")
            (target,) = reserve(company)

            def pieces():
                yield b"%PDF-"
                for _ in range(10):
                    yield b"x" * 100

            announced = http.put(target["URL"], content=b"%PDF-" + b"x" * 996)
            streamed = http.put(target["URL"], content=pieces())
            assert (announced.status_code, streamed.status_code) == (413, 413)
            assert list((tmp_path / "files" / "incoming").iterdir()) == []
            assert http.put(target["URL"], content=b"%PDF-" + b"x" * 995).status_code == 200


class TestOwn:
    def test_a_file_comes_back_as_an_attachment_and_nothing_else(self, a):
        trace_id = a.make_part("P")
        file = upload(a)
        answer = register(a, trace_id, file)
        assert answer.status_code == 200, answer.text
        certificate = answer.json()
        assert certificate == {
            "cfpCertificationId": certificate["cfpCertificationId"],
            "traceId": trace_id,
            "cfpCertificationDescription": "説明",
            "cfpCertificationFileInfo": [
                {"operatorId": a.id, "fileId": file["fileId"], "fileName": "証明書.pdf"}
            ],
        }
        assert a.get("cfpCertification", traceId=trace_id).json() == [certificate]
        found = address(a, file["fileId"], certificate["cfpCertificationId"]).json()
        assert (found["fileId"], found["fileName"]) == (file["fileId"], "証明書.pdf")
        answer = a.http.get(found["URL"])
        assert (answer.status_code, answer.content) == (200, PDF)
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-length"] == str(len(PDF))
        assert answer.headers["content-disposition"] == (
            "attachment; filename=\"___.pdf\"; filename*=UTF-8''%E8%A8%BC%E6%98%8E%E6%9B%B8.pdf"
        )
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert answer.headers["cache-control"] == "private, no-store"

    def test_files_are_added_and_taken_away_one_by_one(self, a):
        trace_id = a.make_part("P")
        one, two = upload(a), upload(a, PDF + b"2", "two.pdf")
        certificate_id = register(a, trace_id, one).json()["cfpCertificationId"]
        assert errors(register(a, trace_id, two))[0][0] == "RENKEI0014"
        answer = register(a, trace_id, two, cfpCertificationId=certificate_id).json()
        names = [file["fileName"] for file in answer["cfpCertificationFileInfo"]]
        assert (answer["cfpCertificationId"], names) == (certificate_id, ["証明書.pdf", "two.pdf"])

        def take(file):
            return call(
                a,
                "DELETE",
                "/cfpCertifications",
                operatorId=a.id,
                traceId=trace_id,
                fileId=file["fileId"],
            )

        url = address(a, one["fileId"], certificate_id).json()["URL"]
        assert take(one).json() == {"traceId": trace_id, "fileId": one["fileId"]}
        assert a.http.get(url).status_code == 400
        assert errors(take(one))[0][0] == "RENKEI0016"
        (left,) = a.get("cfpCertification", traceId=trace_id).json()
        assert [file["fileId"] for file in left["cfpCertificationFileInfo"]] == [two["fileId"]]
        take(two)
        assert a.get("cfpCertification", traceId=trace_id).json() == []

    def test_nothing_of_others_and_nothing_unfinished_is_registered(self, a, b):
        trace_id = a.make_part("P")
        theirs, (unfinished,) = upload(b), reserve(a)
        for file in (theirs, unfinished, {"fileId": str(uuid4()), "fileName": "x.pdf"}):
            answer = register(a, trace_id, file)
            assert (answer.status_code, errors(answer)[0][0]) == (400, "RENKEI0017")
        assert a.get("cfpCertification", traceId=trace_id).json() == []
        mine = upload(a)
        for foreign in (b.make_part("T"), str(uuid4())):
            assert errors(register(a, foreign, mine))[0][0] == "MSGAECP0013"
        assert register(a, trace_id, mine, operatorId=b.id).status_code == 403

    def test_an_address_is_given_out_for_ones_own_files_only(self, a, b):
        trace_id = a.make_part("P")
        file = upload(a)
        certificate_id = register(a, trace_id, file).json()["cfpCertificationId"]
        refusals = [
            address(b, file["fileId"], certificate_id),
            address(b, file["fileId"], certificate_id, owner=a),
            address(b, file["fileId"], certificate_id, "OTHER", owner=a),
            address(a, file["fileId"], certificate_id, owner=b),
            address(a, file["fileId"], str(uuid4())),
            address(a, str(uuid4()), certificate_id),
        ]
        assert {(answer.status_code, errors(answer)[0]) for answer in refusals} == {
            (400, ("RENKEI0016", "指定されたCFP証明書は存在しません。"))
        }
        assert address(a, file["fileId"], certificate_id, "BOTH").status_code == 400

    def test_a_deleted_part_takes_its_certificate_and_files_along(self, a):
        trace_id = a.make_part("P")
        file = upload(a)
        certificate_id = register(a, trace_id, file).json()["cfpCertificationId"]
        url = address(a, file["fileId"], certificate_id).json()["URL"]
        assert a.delete("parts", traceId=trace_id).status_code == 204
        assert address(a, file["fileId"], certificate_id).status_code == 400
        assert a.http.get(url).status_code == 400


class TestDisclosed:
    @pytest.fixture
    def answered(self, world, a, b):
        """A's bought part, B's part with a footprint, linked; B's certificate is not disclosed yet."""
        _, (bought,) = a.make_structure("P", a.child("B1"))
        trade_id, _ = a.ask(b, bought)
        own = b.make_part("B1", terminatedFlag=True)
        b.link(trade_id, own)
        b.state(own)
        file = upload(b)
        register(b, own, file)
        world.settle()
        return bought, trade_id, own, file

    def test_files_are_null_until_they_are_disclosed(self, world, a, b, answered):
        bought, trade_id, own, file = answered
        (shown,) = a.get("cfpCertification", traceId=bought).json()
        assert shown == {
            "cfpCertificationId": trade_id,
            "traceId": own,
            "cfpCertificationDescription": None,
            "cfpCertificationFileInfo": None,
        }
        assert address(a, file["fileId"], trade_id, "OTHER", b).status_code == 400
        show(b, a, own)
        world.settle()
        (shown,) = a.get("cfpCertification", traceId=bought).json()
        assert shown["cfpCertificationDescription"] is None
        assert shown["cfpCertificationFileInfo"] == [
            {"operatorId": b.id, "fileId": file["fileId"], "fileName": "証明書.pdf"}
        ]
        url = address(a, file["fileId"], trade_id, "OTHER", b).json()["URL"]
        assert a.http.get(url).content == PDF

    def test_a_withdrawal_stops_the_download_at_once(self, a, b, answered):
        """Also by an address that was given out before, and before any event is handled."""
        bought, trade_id, own, file = answered
        show(b, a, own)
        url = address(a, file["fileId"], trade_id, "OTHER", b).json()["URL"]
        assert a.http.get(url).status_code == 200
        show(b, a, own, released=False)
        assert a.http.get(url).status_code == 400
        assert address(a, file["fileId"], trade_id, "OTHER", b).status_code == 400
        (shown,) = a.get("cfpCertification", traceId=bought).json()
        assert shown["cfpCertificationFileInfo"] is None

    def test_a_stranger_gets_nothing(self, a, b, c, answered):
        _, trade_id, own, file = answered
        show(b, a, own)
        assert address(c, file["fileId"], trade_id, "OTHER", b).status_code == 400
        assert address(b, file["fileId"], trade_id, "OTHER", b).status_code == 400
        assert address(a, file["fileId"], trade_id, "OTHER", c).status_code == 400
        url = address(a, file["fileId"], trade_id, "OTHER", b).json()["URL"]
        assert a.http.get(url.replace(a.id, c.id)).status_code == 403

    def test_a_change_reaches_the_customer(self, world, a, b, answered):
        bought, trade_id, own, file = answered
        show(b, a, own)
        url = address(a, file["fileId"], trade_id, "OTHER", b).json()["URL"]
        (certificate,) = b.get("cfpCertification", traceId=own).json()
        two = upload(b, PDF + b"2", "two.pdf")
        register(b, own, two, cfpCertificationId=certificate["cfpCertificationId"])
        call(b, "DELETE", "/cfpCertifications", operatorId=b.id, traceId=own, fileId=file["fileId"])
        world.settle()
        (shown,) = a.get("cfpCertification", traceId=bought).json()
        assert [one["fileName"] for one in shown["cfpCertificationFileInfo"]] == ["two.pdf"]
        assert a.http.get(url).status_code == 400
        url = address(a, two["fileId"], trade_id, "OTHER", b).json()["URL"]
        assert a.http.get(url).content == PDF + b"2"

    def test_a_damaged_file_is_told_and_no_byte_of_it_sent(self, settings, a, b, answered):
        _, trade_id, own, file = answered
        show(b, a, own)
        url = address(a, file["fileId"], trade_id, "OTHER", b).json()["URL"]
        (path,) = (one for one in (settings.data_dir / "files" / b.id).rglob("*") if one.is_file())
        path.write_bytes(path.read_bytes()[:-1])
        answer = a.http.get(url)
        assert answer.status_code == 503
        assert errors(answer)
