"""What every test of files needs: a safe in a folder of the test's own, and short words for its steps."""

from __future__ import annotations

import pytest

from renkei.commons.files import service as files
from renkei.commons.files.model import FileDraft, FilePolicy
from renkei.commons.files.safe import FileSafe
from renkei.kit.secret_box import SecretBox

PDF = b"%PDF-1.7 " + b"certificate " * 20


class Desk:
    """One installation: its database and its safe; every step is a transaction of its own."""

    def __init__(self, database, safe):
        self.database = database
        self.safe = safe

    def reserve(self, operator, name="証明書.pdf", extension=None):
        draft = FileDraft(name=name, extension=extension)
        return self.database.run(operator, lambda tx: files.reserve(tx, self.safe, [draft]))[0]

    def receive(self, operator, file, data=PDF, piece=1000):
        """Bytes onto the disk, without any row that names them."""
        incoming = self.safe.receive(operator.operator_id, file.file_id, file.extension)
        try:
            for start in range(0, len(data), piece):
                incoming.write(data[start : start + piece])
            return incoming, incoming.finish()
        except BaseException:
            incoming.discard()
            raise

    def upload(self, operator, file, data=PDF, piece=1000):
        incoming, received = self.receive(operator, file, data, piece)
        try:
            return self.database.run(operator, lambda tx: files.keep(tx, self.safe, file.file_id, received))
        finally:
            incoming.discard()

    def store(self, operator, data=PDF, name="証明書.pdf"):
        return self.upload(operator, self.reserve(operator, name), data)

    def content(self, operator, file):
        return self.database.read(operator, lambda tx: files.content_of(tx, file.file_id))

    def read(self, operator, file):
        content = self.content(operator, file)
        self.safe.check(content)
        return b"".join(self.safe.pieces(content))

    def listed(self, operator):
        return self.database.read(operator, lambda tx: files.list_files(tx, None, 100)).items

    def delete(self, operator, file):
        self.database.run(operator, lambda tx: files.delete_file(tx, file.file_id))

    def clear(self):
        return files.clear_abandoned(self.database, self.safe)

    def on_disk(self, operator=None):
        """Every file in the safe, or in one operator's folder."""
        root = self.safe.root if operator is None else self.safe.root / str(operator.operator_id)
        return sorted(path for path in root.rglob("*") if path.is_file())


@pytest.fixture
def desk(database, tmp_path):
    policy = FilePolicy(
        size_limit_bytes=200_000,
        extensions=frozenset({"pdf", "txt", "png", "xlsx"}),
        files_per_operator=5,
        bytes_per_operator=300_000,
        reservation_hours=24,
    )
    return Desk(database, FileSafe(tmp_path / "files", SecretBox([bytes(range(32))]), policy))


@pytest.fixture
def a(create_operator):
    return create_operator("A社")


@pytest.fixture
def b(create_operator):
    return create_operator("B社")
