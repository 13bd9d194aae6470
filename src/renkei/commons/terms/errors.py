"""Faults of the terms of use."""

from __future__ import annotations

from renkei.kit.errors import Conflict, Missing, RenkeiError


class TermsMissing(Missing):
    """No such version."""

    code = "terms_not_found"
    en = "There are no such terms of use."
    ja = "該当する利用規約はありません。"


class TermsExist(Conflict):
    """A version is published once and never changes."""

    code = "terms_exist"
    en = "The version {version} is published already. Give the new one another name."
    ja = "版「{version}」は公開済みです。新しい版には別の名前を付けてください。"


class TermsNotAccepted(RenkeiError):
    """A company joins by accepting the terms in force."""

    code = "terms_not_accepted"
    en = "Please read the terms of use and accept them."
    ja = "利用規約を確認のうえ、同意してください。"
