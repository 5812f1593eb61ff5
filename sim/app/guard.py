"""Protection of the page: checks of Host, Origin and token on every request, and a policy on every response.

A page on this machine is open to other users of it and, by a name that a hostile site lets point to 127.0.0.1, to that
site. So every request, WebSocket handshakes included, must name this machine as its host and carry the token that
`parley app` prints. The policy keeps whatever a scenario file says from making the browser contact another address.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

TOKEN = "token"
"""Name of the token in the address."""
OPEN_PATHS = frozenset({"/_stcore/health"})
"""Paths without a token: they say only that the page is up."""
_HOST = re.compile(r"(?:localhost|127\.0\.0\.1)(?::\d{1,5})?", re.I)
_WAIT = "parley is loading. The first start compiles the model once, which takes about 30 seconds."


class Guard:
    """An ASGI middleware that refuses strangers and sends the policy.

    Parameters
    ----------
    app : Application
        The page.
    token : str
        The secret of the address.
    cookie : str
        Name of the cookie that holds the token after the first visit.
    once : str
        Another secret, which opens the page a single time: other users can read the arguments of a browser's process.
    scripts : tuple of str
        Scripts that stand in the page's own HTML.
    """

    def __init__(self, app: Application, token: str, cookie: str, once: str = "", scripts: tuple[str, ...] = ()):
        self.app, self.token, self.cookie, self.once = app, token, cookie, once
        self._scripts = " ".join(f"'sha256-{hash_script(script)}'" for script in scripts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or refuse one request."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host, origin = headers.get("host", ""), headers.get("origin")
        if not _HOST.fullmatch(host):
            await self._refuse(scope, send, "This page answers only at 127.0.0.1 and localhost.", "")
        elif origin is not None and origin.lower() != f"http://{host.lower()}":
            await self._refuse(scope, send, "Another site asked for this page.", host)
        elif scope["path"] in OPEN_PATHS or self._is_known(headers.get("cookie", "")):
            await self.app(_ask_plain(scope), receive, self._add_policy(send, host))
        elif scope["type"] == "http" and self._is_invited(scope):
            await self._welcome(scope, send, host)
        else:
            await self._refuse(scope, send, ASK_FOR_ADDRESS, host)

    def _is_known(self, header: str) -> bool:
        """Whether the cookies hold the token."""
        pairs = (part.strip().partition("=") for part in header.split(";"))
        return any(name == self.cookie and self._is_token(value) for name, _, value in pairs)

    def _is_invited(self, scope: Scope) -> bool:
        """Whether the address holds the token, or the one that opens the page once."""
        for name, value in _read_query(scope):
            if name == TOKEN and self._is_token(value):
                return True
            if name == TOKEN and self.once and hmac.compare_digest(value.encode(), self.once.encode()):
                self.once = ""
                return True
        return False

    def _is_token(self, text: str) -> bool:
        """Compare in a time that does not depend on the text."""
        return hmac.compare_digest(text.encode(), self.token.encode())

    async def _welcome(self, scope: Scope, send: Send, host: str) -> None:
        """Move the token from the address into a cookie that scripts cannot read."""
        query = urlencode([(name, value) for name, value in _read_query(scope) if name != TOKEN])
        place = "/" + scope["path"].lstrip("/") + (f"?{query}" if query else "")
        cookie = f"{self.cookie}={self.token}; Path=/; HttpOnly; SameSite=Lax"
        head = [(b"location", place.encode("latin-1", "ignore")), (b"set-cookie", cookie.encode())]
        await self._answer(send, 303, "", host, head)

    async def _refuse(self, scope: Scope, send: Send, why: str, host: str) -> None:
        """Refuse with status 403 and a sentence."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": ""})  # a handshake closed so ends with 403
            return
        body = f'<!DOCTYPE html><html lang="en"><title>parley</title><h1>Not open</h1><p>{why}</p></html>'
        await self._answer(send, 403, body, host)

    async def _answer(self, send: Send, status: int, body: str, host: str, head: list[Any] | None = None) -> None:
        """Send a whole response."""
        headers = [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"no-store"), *(head or [])]
        send = self._add_policy(send, host)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body.encode()})

    def _add_policy(self, send: Send, host: str) -> Send:
        """Wrap `send` so that every response carries the policy, and the page's HTML says at once that it loads."""
        policy = write_policy(host, self._scripts)
        start: Message = {}

        async def send_with_policy(message: Message) -> None:
            if message["type"] != "http.response.start":
                if start and message["type"] == "http.response.body":
                    message = {**message, "body": _put_words(message.get("body", b""), start)}
                    await send(start.pop("whole"))
                await send(message)
                return
            ours = {name for name, _ in policy}
            headers = [(name, value) for name, value in message["headers"] if name.lower() not in ours]
            message = {**message, "headers": [*headers, *policy]}
            if _is_page(headers):
                start["whole"] = message
            else:
                await send(message)

        return send_with_policy


ASK_FOR_ADDRESS = (
    "This page needs the whole address, with its token, that <code>parley app</code> printed in the terminal where it "
    "was started. Open that address once in this browser; then addresses without the token work, too."
)


def hash_script(script: str) -> str:
    """Hash a script as a policy names it."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def write_policy(host: str, scripts: str) -> list[tuple[bytes, bytes]]:
    """Write the headers of the policy: nothing but the page's own address."""
    socket = f" ws://{host}" if host else ""  # some browsers do not count a WebSocket as the page's own
    rules = {
        "default-src": "'self'",
        "script-src": f"'self' blob: {scripts}".strip(),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' data: blob:",
        "worker-src": "'self' blob:",
        "connect-src": f"'self'{socket}",
        "frame-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return [
        (b"content-security-policy", "; ".join(f"{name} {value}" for name, value in rules.items()).encode()),
        (b"referrer-policy", b"no-referrer"),
        (b"x-content-type-options", b"nosniff"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
    ]


def _read_query(scope: Scope) -> list[tuple[str, str]]:
    """Read the query of the address."""
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)


def _is_page(headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether the response is HTML."""
    return any(name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in headers)


def _ask_plain(scope: Scope) -> Scope:
    """Ask for the page's HTML uncompressed, so that words can be put into it."""
    if scope["type"] != "http" or "." in scope["path"].rpartition("/")[2]:
        return scope
    headers = [(name, value) for name, value in scope["headers"] if name.lower() != b"accept-encoding"]
    return {**scope, "headers": headers}


def _put_words(body: bytes, start: Message) -> bytes:
    """Put words into the empty page, and correct its length."""
    words = f'<div id="root"><p style="font-family:sans-serif;padding:1rem">{_WAIT}</p></div>'
    body = body.replace(b'<div id="root"></div>', words.encode(), 1).replace(b"<title>Streamlit<", b"<title>parley<", 1)
    whole = start["whole"]
    headers = [(n, str(len(body)).encode() if n.lower() == b"content-length" else v) for n, v in whole["headers"]]
    start["whole"] = {**whole, "headers": headers}
    return body
