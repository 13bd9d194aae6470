from __future__ import annotations

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from renkei.kit.secret_box import MasterKeyError, SecretBox, SecretUnreadableError, open_secret_box

OLD, NEW = bytes(32), bytes(range(32))


def test_what_is_sealed_opens_again() -> None:
    box = SecretBox([NEW])
    sealed = box.seal("秘密".encode(), b"row:1")
    assert box.open(sealed, b"row:1").decode() == "秘密"
    assert "秘密".encode() not in sealed
    assert box.seal(b"x", b"") != box.seal(b"x", b"")


def test_it_does_not_open_in_another_place() -> None:
    box = SecretBox([NEW])
    with pytest.raises(SecretUnreadableError):
        box.open(box.seal(b"x", b"row:1"), b"row:2")


def test_any_changed_or_missing_byte_is_noticed() -> None:
    box = SecretBox([NEW])
    sealed = box.seal(b"secret", b"")
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(SecretUnreadableError):
            box.open(changed, b"")
        with pytest.raises(SecretUnreadableError):
            box.open(sealed[:place], b"")


def test_rotation_opens_the_old_and_seals_with_the_new() -> None:
    before = SecretBox([OLD])
    sealed = before.seal(b"x", b"")
    after = SecretBox([NEW, OLD])
    assert after.open(sealed, b"") == b"x"
    assert not after.is_current(sealed)
    again = after.seal(b"x", b"")
    assert after.is_current(again)
    with pytest.raises(SecretUnreadableError):
        before.open(again, b"")


def test_derived_keys_differ_by_purpose_and_stay() -> None:
    box = SecretBox([NEW])
    assert box.derived_key("url") == SecretBox([NEW, OLD]).derived_key("url")
    assert box.derived_key("url") != box.derived_key("cookie")


def test_the_file_is_made_once_and_for_us_alone(tmp_path: Path) -> None:
    sealed = open_secret_box(None, tmp_path).seal(b"x", b"")
    assert open_secret_box(None, tmp_path).open(sealed, b"") == b"x"
    path = tmp_path / "keys" / "master.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["master.key"]


def test_many_at_once_get_one_key(tmp_path: Path) -> None:
    together = Barrier(8)

    def start() -> SecretBox:
        together.wait()
        return open_secret_box(None, tmp_path)

    with ThreadPoolExecutor(8) as pool:
        boxes = [future.result() for future in [pool.submit(start) for _ in range(8)]]
    sealed = boxes[0].seal(b"x", b"")
    assert all(box.open(sealed, b"") == b"x" for box in boxes)


def test_a_file_that_others_can_read_is_refused_with_the_remedy(tmp_path: Path) -> None:
    open_secret_box(None, tmp_path)
    (tmp_path / "keys" / "master.key").chmod(0o644)
    with pytest.raises(MasterKeyError, match="chmod 600"):
        open_secret_box(None, tmp_path)


def test_the_setting_goes_first_and_may_hold_several(tmp_path: Path) -> None:
    sealed = SecretBox([OLD]).seal(b"x", b"")
    setting = ",".join(base64.b64encode(key).decode() for key in (NEW, OLD))
    assert open_secret_box(setting, tmp_path).open(sealed, b"") == b"x"
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("setting", ["", "not base64!", "AAAA", "日本"])
def test_a_bad_setting_is_refused_without_repeating_it(setting: str, tmp_path: Path) -> None:
    with pytest.raises(MasterKeyError, match="base64") as caught:
        open_secret_box(setting, tmp_path)
    assert not setting or setting not in str(caught.value)
