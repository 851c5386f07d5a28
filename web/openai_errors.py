"""Refusals in the form that clients of OpenAI's protocol read."""

from collections.abc import Mapping

from starlette.responses import JSONResponse

ROOT = "/v1/"
"""Where the routes of that protocol begin."""

_CODES = {
    401: ("invalid_request_error", "invalid_api_key"),
    404: ("invalid_request_error", "not_found"),
    429: ("rate_limit_error", "rate_limit_exceeded"),
}


def speaks_openai(path: str) -> bool:
    """Return whether who asks for a path expects errors in OpenAI's form."""
    return path.startswith(ROOT)


def openai_error(
    status: int, message: str, param: str | None = None, code: str = "", headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Return a refusal in OpenAI's form.

    Args:
        status: Of the response.
        message: What is wrong, and what to do.
        param: The field of the request that is wrong, as `messages[0].content`.
        code: A word for programs; by default the usual one for the status.
        headers: Of the response.
    """
    return JSONResponse(describe_error(status, message, param, code), status, headers)


def describe_error(status: int, message: str, param: str | None = None, code: str = "") -> dict[str, object]:
    """Return the body of such a refusal."""
    kind, usual = _CODES.get(status, ("server_error" if status >= 500 else "invalid_request_error", None))
    return {"error": {"message": message, "type": kind, "param": param, "code": code or usual}}
