"""Faults of access. Each door gives them its own words; the order in which they are looked for is in `entry`."""

from __future__ import annotations

from renkei.kit.errors import Conflict, FaultKind, Forbidden, Missing, RenkeiError, Unauthenticated


class ApiKeyMissing(Forbidden):
    """No API key came with the request."""

    code = "api_key_missing"
    en = "An API key is required."
    ja = "APIキーが必要です。"


class ApiKeyUnknown(Forbidden):
    """The API key is unknown, disabled, or not of the kind this path needs."""

    code = "api_key_unknown"
    en = "The API key is not valid."
    ja = "APIキーが無効です。"


class NetworkNotAllowed(Forbidden):
    """The request comes from an address outside the key's networks."""

    code = "network_not_allowed"
    en = "This API key may not be used from this network address."
    ja = "このAPIキーは、この接続元アドレスからは使用できません。"


class KeyNotForOperator(Forbidden):
    """The application may not act for this operator."""

    code = "key_not_for_operator"
    en = "This application may not act for this operator."
    ja = "このアプリケーションは、この事業者の操作を行えません。"


class OperatorMismatch(Forbidden):
    """The header `Renkei-Operator` names an operator in which the person has no role, or that does not exist."""

    code = "operator_mismatch"
    en = "You have no role in the operator that Renkei-Operator names."
    ja = "Renkei-Operatorで指定された事業者での権限がありません。"


class OperatorNotNamed(RenkeiError):
    """An application without a person must say for which operator it acts."""

    code = "operator_not_named"
    kind = FaultKind.CONTENT
    en = "Name the operator you act for in the header Renkei-Operator."
    ja = "操作対象の事業者をRenkei-Operatorヘッダーで指定してください。"


class TokenMissing(Unauthenticated):
    """No access token came with the request."""

    code = "token_missing"
    en = "Authentication is required."
    ja = "認証が必要です。"


class TokenInvalid(Unauthenticated):
    """The token is not ours, has expired, or its account may no longer act for its operator."""

    code = "token_invalid"
    en = "The access token is invalid or has expired."
    ja = "アクセストークンが無効か、有効期限が切れています。"


class OperatorSuspended(TokenInvalid):
    """The operator is suspended or closed."""

    code = "operator_suspended"
    en = "This operator is suspended or closed."
    ja = "この事業者は停止中または退会済みです。"


class TooManyLogins(RenkeiError):
    """Too many wrong passwords came from one network address, whatever the accounts."""

    code = "too_many_logins"
    kind = FaultKind.TOO_MANY
    en = "Too many logins from your network have failed. Please try again in {seconds} seconds."
    ja = "お使いのネットワークからのログイン失敗が多すぎます。{seconds}秒後に再度お試しください。"

    def __init__(self, *, seconds: int) -> None:
        super().__init__(seconds=seconds)
        self.retry_after_seconds = seconds


class InvalidCredentials(Unauthenticated):
    """Wrong password, unknown address, locked or disabled: never told apart."""

    code = "invalid_credentials"
    en = "The e-mail address or the password is wrong, or the account is temporarily locked."
    ja = "メールアドレスまたはパスワードが誤っているか、アカウントが一時的にロックされています。"


class NoMembership(InvalidCredentials):
    """The password is right, but the person has no role in this operator (or in any)."""

    code = "no_membership"
    en = "You have no role in this operator."
    ja = "この事業者での権限がありません。"


class RefreshRefused(InvalidCredentials):
    """The refresh token is unknown, used up, expired or revoked."""

    code = "refresh_refused"
    en = "Please log in again."
    ja = "もう一度ログインしてください。"


class PasswordRefused(RenkeiError):
    """The new password breaks a rule; `rule` is one of length, upper, lower, digit, special."""

    code = "password_refused"
    kind = FaultKind.CONTENT
    en = "The password must have {minimum} to {maximum} characters with an upper and a lower case letter, a digit and one of !@#$%^&* (missing: {rule})."
    ja = "パスワードは{minimum}～{maximum}文字で、英大文字・英小文字・数字・記号（!@#$%^&*）をそれぞれ1文字以上含めてください（不足: {rule}）。"

    def __init__(self, rule: str, *, minimum: int, maximum: int, pointer: str = "/newPassword") -> None:
        super().__init__(pointer, rule=rule, minimum=minimum, maximum=maximum)
        self.rule = rule


class OldPasswordWrong(RenkeiError):
    """What was given as the old password is not it, or the account is locked after too many such attempts."""

    code = "old_password_wrong"
    kind = FaultKind.CONTENT
    en = "The old password is wrong, or the account is temporarily locked."
    ja = "現在のパスワードが誤っているか、アカウントが一時的にロックされています。"


class SecretsUnreadable(RenkeiError):
    """The secrets of the installation do not open under this master key: it was lost or is another installation's."""

    code = "secrets_unreadable"
    kind = FaultKind.UNAVAILABLE
    en = "Access is not possible at the moment. The administrator must restore the master key."
    ja = "現在アクセスできません。管理者によるマスターキーの復旧が必要です。"


class EmailInvalid(RenkeiError):
    """Not an e-mail address."""

    code = "email_invalid"
    en = "{email} is not an e-mail address."
    ja = "{email}はメールアドレスとして正しくありません。"


class RoleExists(Conflict):
    """The person has this role already."""

    code = "role_exists"
    en = "{email} already has the role {role} in this operator."
    ja = "{email}は、この事業者で既に{role}の権限を持っています。"


class StaffAndMember(Conflict):
    """Platform staff see no company's values, so one account is not both."""

    code = "staff_and_member"
    en = "{email} cannot be platform staff and a company's member at once; use another address."
    ja = "{email}を運営スタッフと事業者の利用者の両方にすることはできません。別のアドレスを使用してください。"


class AccountExists(Conflict):
    """There is an account with this address."""

    code = "account_exists"
    en = "There is already an account {email}."
    ja = "アカウント{email}は既に存在します。"


class ApiKeyExists(Conflict):
    """The key given is in use."""

    code = "api_key_exists"
    en = "This API key is already in use; choose another."
    ja = "このAPIキーは既に使用されています。別の値を指定してください。"


class ApiKeyInvalid(RenkeiError):
    """Something about the key to be added is wrong; `reason` says what."""

    code = "api_key_invalid"
    en = "{reason}"
    ja = "APIキーの登録内容に誤りがあります: {reason}"


class AccountMissing(Missing):
    """No such account."""

    code = "account_not_found"
    en = "There is no such account."
    ja = "該当するアカウントはありません。"


class ApiKeyNotFound(Missing):
    """No such API key."""

    code = "api_key_not_found"
    en = "There is no such API key."
    ja = "該当するAPIキーはありません。"


class InvitationOver(Missing):
    """The link was never made, was used, was withdrawn, or has run out: never told apart."""

    code = "invitation_over"
    en = "This link is not valid any more. Please ask whoever invited you for a new one."
    ja = "このリンクは無効です（使用済み、取り消し、または有効期限切れ）。招待した方に新しいリンクを依頼してください。"


class PersonMissing(Missing):
    """Nobody of this company."""

    code = "person_not_found"
    en = "There is no such person in your company."
    ja = "該当する利用者は自社に登録されていません。"


class LastAdmin(Conflict):
    """The company would be left without anybody who may let people in."""

    code = "last_admin"
    en = "This is the last administrator of the company. Make somebody else one first."
    ja = "最後の管理者のため削除できません。先に別の管理者を登録してください。"


class RegistrationMissing(Missing):
    """Nobody waits for this decision (any more)."""

    code = "registration_not_found"
    en = "There is no such registration waiting."
    ja = "該当する登録申請はありません。"


class CodeWrong(Unauthenticated):
    """The code is not that of now, was used already, or too many were wrong."""

    code = "code_wrong"
    en = "This code is not right (any more). Enter the one shown now; after several wrong ones, wait 15 minutes."
    ja = "確認コードが正しくないか、有効期限が切れています。現在表示されているコードを入力してください。繰り返し誤った場合は15分お待ちください。"


class SecondFactorNeeded(Unauthenticated):
    """The password is right, and a code of the authenticator is needed as well."""

    code = "second_factor_needed"
    en = "This account signs in with the code of its authenticator as well: send it as code."
    ja = "このアカウントのログインには認証アプリの確認コードも必要です。codeに指定してください。"


class SecondFactorThere(Conflict):
    """The account has a second factor already."""

    code = "second_factor_there"
    en = "This account has a second factor already. Remove it first."
    ja = "このアカウントには既に確認コードが設定されています。先に解除してください。"


class OpenidRefused(RenkeiError):
    """The external provider did not vouch for anybody, or not for whom it was asked."""

    code = "openid_refused"
    kind = FaultKind.UNAUTHENTICATED
    en = "The sign-in did not succeed. Please try again."
    ja = "ログインできませんでした。もう一度お試しください。"


class OpenidUnknown(RenkeiError):
    """The external provider vouches for somebody who has no account here."""

    code = "openid_unknown"
    kind = FaultKind.UNAUTHENTICATED
    en = "There is no account here for the address you signed in with. Ask the administrator of your company to invite you."
    ja = "ログインに使用したアドレスの利用者は登録されていません。自社の管理者に招待を依頼してください。"


class OpenidUnavailable(RenkeiError):
    """The external provider cannot be reached, or does not answer as it should."""

    code = "openid_unavailable"
    kind = FaultKind.UNAVAILABLE
    en = "The sign-in service of your organisation cannot be reached. Please try again later."
    ja = "組織の認証サービスに接続できません。しばらくしてからもう一度お試しください。"


class PasskeyRefused(RenkeiError):
    """What the device gave is not what was asked for, too late, or of nobody here."""

    code = "passkey_refused"
    kind = FaultKind.UNAUTHENTICATED
    en = "The passkey was not accepted. Please try again."
    ja = "パスキーを確認できませんでした。もう一度お試しください。"


class PasskeyMissing(Missing):
    """No such passkey of this person."""

    code = "passkey_not_found"
    en = "There is no such passkey."
    ja = "該当するパスキーはありません。"
