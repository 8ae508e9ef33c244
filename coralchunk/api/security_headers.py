"""Set the security headers of every response."""

from typing import Final

from flask import Flask, Response
from secure import (
    ContentSecurityPolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    Secure,
    XContentTypeOptions,
    XFrameOptions,
)

# No inline script or style, and nothing from other hosts; data: and blob: are pictures of results, and photos
# that have not been sent yet.
_POLICY: Final = (
    ContentSecurityPolicy()
    .default_src("'none'")
    .script_src("'self'")
    .style_src("'self'")
    .img_src("'self'", "data:", "blob:")
    .connect_src("'self'")
    .worker_src("'self'")
    .manifest_src("'self'")
    .form_action("'self'")
    .base_uri("'none'")
    .frame_ancestors("'none'")
)
_HEADERS: Final = Secure(
    csp=_POLICY,
    permissions=PermissionsPolicy().microphone().payment(),
    referrer=ReferrerPolicy().no_referrer(),
    xcto=XContentTypeOptions().nosniff(),
    xfo=XFrameOptions().deny(),
).headers


def add_security_headers(app: Flask) -> None:
    """Add the headers to every response of an app."""

    @app.after_request
    def add(answer: Response) -> Response:
        for name, value in _HEADERS.items():
            answer.headers.setdefault(name, value)
        return answer
