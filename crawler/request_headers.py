"""What a request for a listing's page says beside what all requests say."""

from __future__ import annotations


def request_headers(*, body: bytes, ajax: bool, via: str | None) -> dict[str, str]:
    """Headers of a request with this body. ``ajax`` and ``via`` are those of ``NextPage``: what a
    script asks for names the page that it is for. A body that begins with a brace or a bracket is
    JSON, any other a form.
    """
    headers = {}
    if body:
        is_json = body.lstrip()[:1] in (b"{", b"[")
        kind = "json" if is_json else "x-www-form-urlencoded"
        headers["Content-Type"] = f"application/{kind}"
    if ajax:
        headers["X-Requested-With"] = "XMLHttpRequest"
        if via:
            headers["Referer"] = via
    return headers
