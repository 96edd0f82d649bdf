"""What the schema says besides the shapes: the headers, the refusals, the key."""

from functools import cache

from django.http import HttpRequest, HttpResponse
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from messaging.api.serializers import ProblemOut

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description="요청마다 새 값(255자 이하). 24시간 안에 같은 값과 내용을 다시 보내면 처음 답을 그대로 돌려줍니다.",
)
CURSOR = OpenApiParameter("cursor", OpenApiTypes.STR, description="앞선 응답의 next_cursor")
LIMIT = OpenApiParameter("limit", OpenApiTypes.INT, description="한 번에 받을 건수 (1~100, 기본 50)")
_REFUSED = {
    400: "읽을 수 없는 요청",
    401: "API 키가 없거나 올바르지 않음",
    403: "키에 권한이 없음",
    404: "없는 것, 또는 다른 부서의 것",
    409: "이미 나간 메시지, 또는 같은 Idempotency-Key의 다른 내용",
    413: "본문이 2MB를 넘음",
    415: "JSON이 아님",
    422: "고칠 것이 있음 (errors에 몇 번째 줄의 어느 항목인지)",
    429: "요청이 잦음 (Retry-After 초 뒤에)",
}
REFUSALS = {
    (status, "application/problem+json"): OpenApiResponse(ProblemOut, description=words)
    for status, words in _REFUSED.items()
}


class KeyScheme(OpenApiAuthenticationExtension):
    """How the key is sent."""

    target_class = "messaging.api.authentication.KeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer", "description": "관리 화면에서 만든 API 키"}


@cache
def _document() -> bytes:
    rendered: bytes = OpenApiJsonRenderer().render(SchemaGenerator().get_schema(request=None, public=True))
    return rendered


def document(request: HttpRequest) -> HttpResponse:
    """`/api/schema/`: the same for everybody, made once."""
    return HttpResponse(_document(), content_type="application/vnd.oai.openapi+json")
