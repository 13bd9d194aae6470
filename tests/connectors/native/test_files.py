"""Files and certificates under `/v1`."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import uuid4

import pytest

from tests.connectors.native.world import Member, World, good

PDF = b"%PDF-1.7 " + b"certificate " * 1000


def upload(member: Member, data: bytes = PDF, name: str = "certificate.pdf") -> dict[str, Any]:
    file = good(member.post("/files", {"name": name}))
    return good(member.put(f"/files/{file['file_id']}/content", data))


class TestFiles:
    def test_announced_uploaded_downloaded_erased(self, a: Member) -> None:
        answer = a.post("/files", {"name": "証明書", "extension": "pdf"})
        file = answer.json()
        assert answer.status_code == 201
        assert answer.headers["location"] == f"/v1/files/{file['file_id']}"
        assert (file["name"], file["state"], file["sha256"]) == ("証明書.pdf", "reserved", None)
        path = f"/files/{file['file_id']}"
        assert a.get(path + "/content").status_code == 409
        answer = a.put(path + "/content", PDF, headers={"Content-Type": "application/pdf"})
        stored = good(answer)
        assert "renkei-version" in answer.headers
        assert (stored["state"], stored["size_bytes"]) == ("stored", len(PDF))
        assert stored["sha256"] == hashlib.sha256(PDF).hexdigest()
        assert good(a.get(path)) == stored
        answer = a.get(path + "/content")
        assert answer.content == PDF
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")
        assert a.delete(path).status_code == 204
        assert a.get(path).status_code == a.get(path + "/content").status_code == 404
        assert a.delete(path).status_code == 404

    def test_pages_newest_first(self, a: Member, b: Member) -> None:
        ids = [good(a.post("/files", {"name": f"{n}.pdf"}))["file_id"] for n in range(3)]
        first = good(a.get("/files", limit=2))
        assert [one["file_id"] for one in first["items"]] == [ids[2], ids[1]]
        second = good(a.get("/files", limit=2, after=first["next"]))
        assert ([one["file_id"] for one in second["items"]], second["next"]) == ([ids[0]], None)
        assert good(b.get("/files")) == {"items": [], "next": None}

    def test_what_is_refused(self, a: Member) -> None:
        for body, code, pointer in (
            ({"name": "page.html"}, "file_type_refused", "/extension"),
            ({"name": "..", "extension": "pdf"}, "file_name_refused", "/name"),
        ):
            answer = a.post("/files", body)
            assert answer.status_code == 422
            [fault] = answer.json()["errors"]
            assert (fault["code"], fault["pointer"]) == (code, pointer)
        file = good(a.post("/files", {"name": "x.pdf"}))
        for data, status, code in (
            (b"<html>", 422, "file_not_as_named"),
            (b"", 422, "file_empty"),
            (b"%PDF-" + b"x" * 20_000_000, 413, "body_too_large"),
        ):
            answer = a.put(f"/files/{file['file_id']}/content", data)
            assert (answer.status_code, answer.json()["code"]) == (status, code)
        stored = upload(a)
        answer = a.put(f"/files/{stored['file_id']}/content", PDF + b"!")
        assert (answer.status_code, answer.json()["code"]) == (409, "file_stored")
        assert good(a.put(f"/files/{stored['file_id']}/content", PDF)) == stored

    def test_another_companys_file_is_absent(self, a: Member, b: Member) -> None:
        path = f"/files/{upload(a)['file_id']}"
        for answer in (
            b.get(path),
            b.get(path + "/content"),
            b.put(path + "/content", PDF),
            b.delete(path),
            b.get(f"/files/{uuid4()}"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "file_not_found")
        assert b.http.put(f"/v1{path}/content", content=PDF).status_code == 401


class TestCertificates:
    def certify(self, member: Member, trace_id: str, *files: dict[str, Any], **said: Any) -> Any:
        body = {"files": [{"file_id": file["file_id"]} for file in files]} | said
        return member.put(f"/parts/{trace_id}/certificate", body)

    def test_own(self, a: Member) -> None:
        trace_id, file = a.part("P"), upload(a)
        path = f"/parts/{trace_id}/certificate"
        assert good(a.get(path)) == {"certificate": None, "answers": []}
        answer = self.certify(a, trace_id, file, description="ISO 14067")
        assert answer.status_code == 201
        certificate = answer.json()
        assert certificate == {
            "certificate_id": certificate["certificate_id"],
            "trace_id": trace_id,
            "description": "ISO 14067",
            "files": [{"file_id": file["file_id"], "operator_id": a.id, "name": "certificate.pdf"}],
        }
        assert good(a.get(path)) == {"certificate": certificate, "answers": []}
        assert a.get(f"{path}/files/{file['file_id']}").content == PDF
        assert self.certify(a, trace_id, file).status_code == 409
        assert self.certify(a, trace_id, certificate_id=str(uuid4())).status_code == 404
        changed = good(self.certify(a, trace_id, certificate_id=certificate["certificate_id"]))
        assert (changed["description"], changed["files"]) == (None, [])
        assert a.delete(path).status_code == 204
        assert a.delete(path).status_code == 404
        assert good(a.get(path))["certificate"] is None

    def test_every_bad_file_is_told_with_its_place(self, a: Member, b: Member) -> None:
        trace_id, theirs = a.part("P"), upload(b)
        unfinished = good(a.post("/files", {"name": "x.pdf"}))
        answer = self.certify(a, trace_id, upload(a), theirs, unfinished)
        assert answer.status_code == 422
        assert [(one["code"], one["pointer"]) for one in answer.json()["errors"]] == [
            ("file_not_found", "/files/1/file_id"),
            ("file_not_found", "/files/2/file_id"),
        ]
        assert good(a.get(f"/parts/{trace_id}/certificate"))["certificate"] is None

    def test_another_companys_part_is_absent(self, a: Member, b: Member) -> None:
        trace_id, file = a.part("P"), upload(a)
        good(self.certify(a, trace_id, file))
        path = f"/parts/{trace_id}/certificate"
        for answer in (
            b.get(path),
            b.delete(path),
            self.certify(b, trace_id, upload(b)),
            b.get(f"{path}/files/{file['file_id']}"),
        ):
            assert answer.status_code == 404

    def test_an_erased_file_leaves_its_certificate(self, a: Member) -> None:
        trace_id, one, two = a.part("P"), upload(a), upload(a, PDF + b"2")
        good(self.certify(a, trace_id, one, two))
        assert a.delete(f"/files/{one['file_id']}").status_code == 204
        left = good(a.get(f"/parts/{trace_id}/certificate"))["certificate"]
        assert [file["file_id"] for file in left["files"]] == [two["file_id"]]

    def test_a_file_goes_with_the_last_certificate_that_has_it(self, a: Member) -> None:
        one, two, file = a.part("P"), a.part("Q"), upload(a)
        good(self.certify(a, one, file))
        good(self.certify(a, two, file))
        assert a.delete(f"/parts/{one}/certificate").status_code == 204
        assert good(a.get(f"/files/{file['file_id']}"))["state"] == "stored"
        assert a.delete(f"/parts/{two}/certificate/files/{file['file_id']}").status_code == 204
        assert a.get(f"/files/{file['file_id']}").status_code == 404

    @pytest.fixture
    def bought(self, world: World, a: Member, b: Member) -> tuple[str, str, dict[str, Any]]:
        """A's bought part and B's part, linked, stated and certified."""
        root, part, own = a.part("P"), a.part("B1"), b.part("B1", terminated=True)
        good(
            a.put(
                f"/parts/{root}/structure",
                {"lines": [{"child": {"trace_id": part}, "amount": 1, "unit": "kilogram"}]},
            )
        )
        b.link(a.ask(b, part), own)
        statement = {"declared_unit": "kilogram", "declared": {"production": {"own": 1}}}
        good(b.put(f"/parts/{own}/footprint", statement))
        file = upload(b)
        good(self.certify(b, own, file, description="internal note"))
        world.work_off()
        return part, own, file

    def test_a_customer_reads_what_is_disclosed_from_its_own_inbox(
        self, a: Member, b: Member, c: Member, bought: tuple[str, str, dict[str, Any]]
    ) -> None:
        part, own, file = bought
        path = f"/parts/{part}/certificate"
        content = f"{path}/files/{file['file_id']}"
        [answer] = good(a.get(path))["answers"]
        assert (answer["trace_id"], answer["files"]) == (own, None)
        assert a.get(content).status_code == 404
        consent = {"trace_id": own, "consumer_id": a.id, "attributes": ["certificate"]}
        granted = good(b.post("/consents", consent))
        [answer] = good(a.get(path))["answers"]
        assert answer["files"] == [
            {"file_id": file["file_id"], "operator_id": b.id, "name": "certificate.pdf"}
        ]
        got = a.get(content)
        assert (got.status_code, got.content) == (200, PDF)
        # It is not a's own file, and c has nothing to do with it.
        assert a.get(f"/files/{file['file_id']}").status_code == 404
        assert c.get(content).status_code == 404
        good(b.post(f"/consents/{granted['consent_id']}/withdraw"))
        assert a.get(content).status_code == 404
        assert good(a.get(path))["answers"][0]["files"] is None

    def test_nothing_but_the_files_is_delivered(
        self, a: Member, b: Member, bought: tuple[str, str, dict[str, Any]]
    ) -> None:
        """Neither the supplier's note nor anything else of its certificate."""
        part, own, file = bought
        good(b.post("/consents", {"trace_id": own, "consumer_id": a.id, "attributes": ["certificate"]}))
        [delivery] = good(a.get("/deliveries", trace_id=part))["items"]
        assert list(delivery["attributes"]) == ["certificate"]
        assert list(delivery["attributes"]["certificate"]) == ["files"]
        [told] = delivery["attributes"]["certificate"]["files"]
        handle = told.pop("handle")
        assert told == {
            "file_id": file["file_id"],
            "name": "certificate.pdf",
            "size_bytes": len(PDF),
            "sha256": hashlib.sha256(PDF).hexdigest(),
        }
        assert (
            len(handle) == 151
        )  # base64 of 16 + 32 + 65 bytes: whose, where, and the key under the master key

    @pytest.mark.parametrize("audience", ["members", "public"])
    def test_what_everybody_reads_names_files_and_opens_none(
        self, b: Member, c: Member, bought: tuple[str, str, dict[str, Any]], audience: str
    ) -> None:
        _, own, file = bought
        good(b.post("/consents", {"trace_id": own, "audience": audience, "attributes": ["certificate"]}))
        [row] = good(c.get("/shared", trace_id=own))["items"]
        [told] = row["attributes"]["certificate"]["files"]
        assert (told["file_id"], told.keys()) == (
            file["file_id"],
            {"file_id", "name", "size_bytes", "sha256"},
        )
        # The same once more is nothing new.
        certificate = good(b.get(f"/parts/{own}/certificate"))["certificate"]
        good(self.certify(b, own, file, certificate_id=certificate["certificate_id"]))
        assert good(c.get("/shared", trace_id=own))["items"] == [row]

    def test_a_file_erased_by_its_owner_is_gone_for_the_customer(
        self, world: World, a: Member, b: Member, bought: tuple[str, str, dict[str, Any]]
    ) -> None:
        part, own, file = bought
        good(b.post("/consents", {"trace_id": own, "consumer_id": a.id, "attributes": ["certificate"]}))
        assert b.delete(f"/files/{file['file_id']}").status_code == 204
        world.work_off()
        assert a.get(f"/parts/{part}/certificate/files/{file['file_id']}").status_code == 404
        assert good(a.get(f"/parts/{part}/certificate"))["answers"][0]["files"] == []
