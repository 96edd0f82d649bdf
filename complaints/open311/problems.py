"""What the standard's errors are: a code that is the HTTP status too, and a sentence."""

from portal.core.errors import Refused


class Problem(Refused):
    """A request that cannot be answered. `status` is the standard's code for the kind."""

    status = 400


class NotFound(Problem):
    """An unknown jurisdiction, service, request or token."""

    status = 404
    sentence = "찾는 것이 없습니다."


class KeyRefused(Problem):
    """The standard answers 403, not 401, to a missing key as well."""

    status = 403
    sentence = "api_key가 없거나 올바르지 않습니다."


class TooOften(Problem):
    """More requests than the address or the key may send."""

    status = 429
    sentence = "요청이 너무 잦습니다. 잠시 뒤에 다시 보내 주세요."


class WrongMethod(Problem):
    """The address does not take this method."""

    status = 405
    sentence = "이 주소에서 쓸 수 없는 메서드입니다."
