"""What may be wrong with a file."""

from __future__ import annotations

from renkei.kit.errors import Conflict, FaultKind, Missing, RenkeiError


class FileMissing(Missing):
    """No such file, it was erased, or it is another company's."""

    code = "file_not_found"
    en = "There is no file with this identifier."
    ja = "指定された識別子のファイルは存在しません。"


class FileNotStored(Conflict):
    """The file was announced, but its bytes have not come yet."""

    code = "file_not_stored"
    en = "This file has not been uploaded yet."
    ja = "このファイルはまだアップロードされていません。"


class FileStored(Conflict):
    """Other bytes were stored under this identifier before; a stored file never changes."""

    code = "file_stored"
    en = "This file has been uploaded already. Create another one for other content."
    ja = "このファイルは既にアップロードされています。別の内容は新しいファイルとして登録してください。"


class FileNameRefused(RenkeiError):
    """Nothing is left of the name without what a file name must not have."""

    code = "file_name_refused"
    en = "This is not a usable file name of at most {most} characters."
    ja = "ファイル名として使用できません（{most}文字以内）。"


class FileTypeRefused(RenkeiError):
    """The extension is none of those that may be stored."""

    code = "file_type_refused"
    en = "Files of this type are not accepted. Accepted are: {allowed}."
    ja = "この種類のファイルは登録できません。登録できる拡張子: {allowed}"


class FileNotAsNamed(RenkeiError):
    """The bytes do not begin as a file of this extension begins."""

    code = "file_not_as_named"
    en = "The content is not that of a .{extension} file."
    ja = "内容が拡張子「{extension}」のファイルと一致しません。"


class FileEmpty(RenkeiError):
    """There are no bytes."""

    code = "file_empty"
    en = "The file is empty."
    ja = "ファイルが空です。"


class FileTooLarge(RenkeiError):
    """More bytes than allowed."""

    code = "file_too_large"
    kind = FaultKind.TOO_LARGE
    en = "The file is larger than {limit} bytes."
    ja = "ファイルの大きさが上限（{limit}バイト）を超えています。"


class FileQuotaReached(RenkeiError):
    """The company keeps as much as it may."""

    code = "file_quota_reached"
    kind = FaultKind.TOO_MANY
    en = "Your company has reached its limit of stored files. Delete some that are no longer needed."
    ja = "保存できるファイルの上限に達しました。不要なファイルを削除してください。"


class FileDamaged(RenkeiError):
    """The bytes on the disk are not those that were stored, or are gone."""

    code = "file_damaged"
    kind = FaultKind.UNAVAILABLE
    en = "The stored file is damaged and cannot be read. Tell the operator of the platform."
    ja = "保存されたファイルが破損しているため読み取れません。運営主体にお問い合わせください。"


class FileUrlRefused(RenkeiError):
    """The address was not given out by this server for this, or its time is over."""

    code = "file_url_refused"
    kind = FaultKind.FORBIDDEN
    en = "This address is not valid or has expired."
    ja = "URLが無効か、有効期限が切れています。"
