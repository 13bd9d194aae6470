"""Certificates (CFP証明書): at most one a part, with files of the files room.

A customer never reads these tables. What it may know is the attribute `certificate` of its own deliveries, which is
enough to read the files as well: `{"files": [{"file_id", "name", "size_bytes", "sha256", "handle"}]}`. The handle opens
nothing outside of this server (decision 0007); a withdrawn or newer delivery stops the download at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from renkei.commons.consents import service as consents
from renkei.commons.consents.model import Delivery
from renkei.commons.files import service as files_room
from renkei.commons.files.errors import FileNameRefused
from renkei.commons.files.model import Content, File
from renkei.commons.files.rules import file_name
from renkei.commons.ledger import service as ledger
from renkei.commons.parts.model import Part
from renkei.commons.parts.service import own_part
from renkei.commons.parts.service import part_keys as find_parts
from renkei.commons.trades.model import TradeOut
from renkei.commons.trades.service import trades_out_of
from renkei.database.caller import WRITERS
from renkei.database.transaction import Event, Transaction
from renkei.kit.errors import Fault, SeveralFaults
from renkei.usecases.footprint import certificates_store as store
from renkei.usecases.footprint.errors import CertificateExists, CertificateMissing, FileMissing
from renkei.usecases.footprint.kind import KIND
from renkei.usecases.footprint.model import Certificate, CertificateFile

ATTRIBUTE: Final = "certificate"
CERTIFICATE_CHANGED: Final = "jp.renkei.footprint.certificate_changed.v1"


def certificate(tx: Transaction, trace_id: UUID) -> list[Certificate]:
    """The certificate of an own part, or what each supplier of a bought part answered; [] if there is nothing.

    A supplier's answer is there as soon as it has answered; its `files` are None while it does not disclose any.
    """
    part = find_parts(tx, [trace_id]).get(trace_id)
    if part is None:
        return []
    own = store.of_parts(tx, [part.part_key]).get(part.part_key)
    found = [] if own is None else [_own(tx, part, own)]
    if part.terminated or part.has_lines:
        return found
    trades = [trade for trade in trades_out_of(tx, [part.part_key], KIND) if trade.state == "COMPLETED"]
    inbox = consents.inbox(tx, KIND, [trade.trade_key for trade in trades])
    for trade in trades:
        if trade.upstream_trace_id is not None:
            delivery = inbox.get(trade.trade_key)
            answered = None if delivery is None else delivery.payload.get(ATTRIBUTE)
            if delivery is not None and answered is not None:
                consents.note_reads(tx, [delivery])
            found.append(_answered(trade, trade.upstream_trace_id, answered))
    return found


def put_certificate(
    tx: Transaction,
    trace_id: UUID,
    *,
    certificate_id: UUID | None,
    description: str | None,
    files: Sequence[tuple[UUID, str | None]],
) -> Certificate:
    """Give an own part its certificate: (file id, name) in order; `certificate_id` names the one to replace.

    Without a name a file keeps its own. A file that is left out stays among the company's files.
    Raises `PartMissing`, `CertificateExists`, `CertificateMissing`, `SeveralFaults` of `FileMissing` and names.
    """
    tx.caller.require(*WRITERS)
    part = own_part(tx, trace_id)
    former = store.of_parts(tx, [part.part_key]).get(part.part_key)
    if former is None and certificate_id is not None:
        raise CertificateMissing
    if former is not None and certificate_id is None:
        raise CertificateExists
    if former is not None and certificate_id != former.certificate_id:
        raise CertificateMissing
    entries, digests = _entries(tx, files)
    if former is None:
        certificate_id = tx.new_id()
        key = store.insert(tx, certificate_id, part.part_key, description)
    else:
        certificate_id = former.certificate_id
        key = former.certificate_key
        store.describe(tx, key, description)
    store.replace_files(tx, key, entries)
    _record(tx, certificate_id, description, entries, trace_id=part.trace_id, sha256=digests)
    _changed(tx, part)
    return _own(tx, part, store.of_parts(tx, [part.part_key])[part.part_key])


def delete_certificate(tx: Transaction, trace_id: UUID, file_id: UUID | None = None) -> Certificate | None:
    """Delete the certificate, or one of its files: what is left. Raises `PartMissing`, `CertificateMissing`.

    Files that no other certificate has are erased with it.
    """
    tx.caller.require(*WRITERS)
    part = own_part(tx, trace_id)
    former = store.of_parts(tx, [part.part_key]).get(part.part_key)
    if former is None:
        raise CertificateMissing
    _changed(tx, part)
    if file_id is None:
        _record_deleted(tx, former)
        _erase_unused(tx, store.delete(tx, [former.certificate_key]))
        return None
    gone = [entry for entry in former.files if entry.file_id == file_id]
    if not gone:
        raise CertificateMissing
    left = [entry for entry in former.files if entry.file_id != file_id]
    store.describe(tx, former.certificate_key, former.description)
    store.replace_files(tx, former.certificate_key, left)
    _record(tx, former.certificate_id, former.description, left)
    _erase_unused(tx, [entry.file_key for entry in gone])
    return _own(tx, part, store.of_parts(tx, [part.part_key])[part.part_key])


def certificate_content(tx: Transaction, part_keys: Iterable[int]) -> dict[int, Mapping[str, Any]]:
    """What own parts have to say under the attribute `certificate`: plain JSON by part; absent where there is none.

    The description is the company's own note and stays here. At most two statements.
    """
    keys = list(part_keys)
    stored = store.of_parts(tx, keys) if keys else {}
    contents = files_room.contents(tx, (entry.file_key for one in stored.values() for entry in one.files))
    return {
        part_key: {
            "files": [
                {
                    "file_id": str(entry.file_id),
                    "name": entry.name,
                    "size_bytes": contents[entry.file_key].size_bytes,
                    "sha256": contents[entry.file_key].sha256.hex(),
                    "handle": contents[entry.file_key].handle,
                }
                for entry in one.files
                if entry.file_key in contents
            ]
        }
        for part_key, one in stored.items()
    }


def certificate_file(tx: Transaction, certificate_id: UUID, owner_id: UUID, file_id: UUID) -> CertificateFile:
    """A file of an own certificate. Raises `CertificateMissing`, whatever is wrong."""
    part_key = store.part_of(tx, certificate_id)
    if part_key is not None and owner_id == tx.caller.operator_id:
        for entry in store.of_parts(tx, [part_key])[part_key].files:
            if entry.file_id == file_id:
                return CertificateFile(operator_id=owner_id, file_id=file_id, name=entry.name)
    raise CertificateMissing


def disclosed_file(
    tx: Transaction, trade_id: UUID, file_id: UUID, *, owner_id: UUID | None = None
) -> Content:
    """A supplier's file that the delivery in force of a trade names. Raises `CertificateMissing`, whatever is wrong."""
    part_key = store.bought_part(tx, trade_id)
    if part_key is not None:
        for trade, delivery, content in _disclosed(tx, part_key):
            if (
                trade.trade_id == trade_id
                and content.file_id == file_id
                and owner_id in (None, trade.upstream_operator_id)
            ):
                consents.note_reads(tx, [delivery])
                return content
    raise CertificateMissing


def file_of_part(tx: Transaction, trace_id: UUID, file_id: UUID) -> Content:
    """A file of an own part's certificate, or one that a supplier of that part discloses.

    Raises `CertificateMissing`, whatever is wrong.
    """
    part = find_parts(tx, [trace_id]).get(trace_id)
    if part is None:
        raise CertificateMissing
    own = store.of_parts(tx, [part.part_key]).get(part.part_key)
    if own is not None and any(entry.file_id == file_id for entry in own.files):
        return files_room.content_of(tx, file_id)
    for _, delivery, content in _disclosed(tx, part.part_key):
        if content.file_id == file_id:
            consents.note_reads(tx, [delivery])
            return content
    raise CertificateMissing


def erase_certificates(tx: Transaction, part_keys: set[int]) -> None:
    """Reaction to `part_deleted`: a certificate goes with its part."""
    stored = store.of_parts(tx, part_keys)
    if stored:
        for one in stored.values():
            _record_deleted(tx, one)
        _erase_unused(tx, store.delete(tx, [one.certificate_key for one in stored.values()]))


def follow_files(tx: Transaction, file_keys: set[int]) -> None:
    """Reaction to `files`: what was erased leaves its certificates, and what is disclosed is told anew."""
    parts = store.parts_with(tx, file_keys)
    if not parts:
        return
    gone = file_keys - files_room.contents(tx, file_keys).keys()
    if gone:
        store.drop_files(tx, gone)
        for one in store.of_parts(tx, parts).values():
            _record(tx, one.certificate_id, one.description, one.files)
    tx.mark("disclosure", parts)


def _disclosed(tx: Transaction, part_key: int) -> Iterator[tuple[TradeOut, Delivery, Content]]:
    """The files that the suppliers of a bought part disclose."""
    trades = trades_out_of(tx, [part_key], KIND)
    inbox = consents.inbox(tx, KIND, [trade.trade_key for trade in trades])
    for trade in trades:
        delivery = inbox.get(trade.trade_key)
        if delivery is None:
            continue
        for file in delivery.payload.get(ATTRIBUTE, {}).get("files", ()):
            yield (
                trade,
                delivery,
                Content(
                    file_id=UUID(file["file_id"]),
                    name=file["name"],
                    size_bytes=file["size_bytes"],
                    sha256=bytes.fromhex(file["sha256"]),
                    handle=file["handle"],
                ),
            )


def _entries(
    tx: Transaction, files: Sequence[tuple[UUID, str | None]]
) -> tuple[list[store.Entry], dict[str, str]]:
    """The files of a certificate, each once, and the SHA-256 of each by its id. Raises `SeveralFaults`."""
    own = files_room.files_of(tx, [file_id for file_id, _ in files])
    entries: dict[UUID, store.Entry] = {}
    faults: list[Fault] = []
    for number, (file_id, name) in enumerate(files):
        file = own.get(file_id)
        if file is None or file.state != "stored":
            faults.extend(FileMissing(f"/files/{number}/file_id", file_id=file_id).faults)
            continue
        try:
            entries[file_id] = store.Entry(file_key=file.file_key, file_id=file_id, name=_named(file, name))
        except FileNameRefused as error:
            faults.extend(FileNameRefused(f"/files/{number}/name", **error.parameters).faults)
    if faults:
        raise SeveralFaults(tuple(faults))
    digests = {str(file_id): (own[file_id].sha256 or b"").hex() for file_id in entries}
    return list(entries.values()), digests


def _named(file: File, name: str | None) -> str:
    return file.name if name is None else file_name(name, file.extension)


def _own(tx: Transaction, part: Part, stored: store.Stored) -> Certificate:
    return Certificate(
        certificate_id=stored.certificate_id,
        trace_id=part.trace_id,
        own=True,
        description=stored.description,
        files=tuple(
            CertificateFile(operator_id=tx.caller.operator_id, file_id=entry.file_id, name=entry.name)
            for entry in stored.files
        ),
    )


def _answered(trade: TradeOut, trace_id: UUID, answered: Mapping[str, Any] | None) -> Certificate:
    return Certificate(
        certificate_id=trade.trade_id,
        trace_id=trace_id,
        own=False,
        files=None
        if answered is None
        else tuple(
            CertificateFile(
                operator_id=trade.upstream_operator_id, file_id=UUID(file["file_id"]), name=file["name"]
            )
            for file in answered["files"]
        ),
    )


def _erase_unused(tx: Transaction, file_keys: Iterable[int]) -> None:
    """Erase the files that no certificate has any more."""
    files_room.erase(tx, sorted(store.without_certificate(tx, file_keys)))


def _record(
    tx: Transaction,
    certificate_id: UUID,
    description: str | None,
    files: Iterable[store.Entry],
    **more: object,
) -> None:
    """Put a certificate as it is now into the ledger."""
    content: dict[str, object] = {
        "certificate_id": certificate_id,
        "description": description,
        "deleted": False,
        "files": [{"file_id": file.file_id, "name": file.name} for file in files],
    }
    ledger.record(tx, "footprint.certificate", certificate_id, content | more)


def _record_deleted(tx: Transaction, former: store.Stored) -> None:
    content: dict[str, object] = {
        "certificate_id": former.certificate_id,
        "description": former.description,
        "deleted": True,
        "files": [],
    }
    ledger.record(tx, "footprint.certificate", former.certificate_id, content)


def _changed(tx: Transaction, part: Part) -> None:
    tx.mark("disclosure", [part.part_key])
    tx.emit(Event(CERTIFICATE_CHANGED, tx.caller.operator_key, part.trace_id))
