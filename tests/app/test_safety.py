"""Strangers are refused, a scenario's text is text, and no file is read out, in the real browser and over the wire."""

from __future__ import annotations

import http.client
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

pytest.importorskip("streamlit", reason="Streamlit is not installed (extra `app`)")
from sim.app.access import open_scenario
from sim.app.escape import escape_markdown, escape_message
from sim.app.guard import hash_script
from sim.core.errors import ScenarioError
from sim.scenario.library import shipped_folder
from sim.yamlio.reader import read
from sim.yamlio.writer import format_yaml
from tests.app.reader import TITLES, TOKEN, Reader
from tests.app.unescape import remove_escapes

ATTACK = "A*STAR* ![p](http://192.0.2.7/p.png) [bank](x) <img src=http://192.0.2.7/q.png> :bank: http://192.0.2.7/"
TEXT_KEYS = ("title", "label", "why", "assumed", "summary", "note", "notes", "convention", "cited_for", "citation")


def attack(node: Any, count: Iterator[int]) -> Any:
    """Put the attack into every text of a scenario that a reader sees."""
    if isinstance(node, list):
        return [attack(item, count) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: f"{ATTACK} {next(count)}" if key in TEXT_KEYS and isinstance(value, str) else attack(value, count)
        for key, value in node.items()
    }


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A scenario with documents, full of markup."""
    file = tmp_path / "hostile.yaml"
    data = attack(read(shipped_folder() / "river-border.yaml").data, iter(range(10_000)))
    file.write_text(format_yaml(data), encoding="utf-8")
    return file


# In the browser


@pytest.mark.parametrize("page", ["", *TITLES])
def test_what_a_scenario_says_is_text_and_nothing_is_fetched(reader: Reader, hostile: Path, page: str) -> None:
    reader.open(f"?scenario={quote(str(hostile))}")
    if page:
        reader.turn_to(page)
    if page not in ("Sweep", "Build"):  # they name a scenario's parts only in lists that are closed
        reader.until("A*STAR*")
    assert {urlsplit(url).hostname for url in reader.requests()} == {"127.0.0.1"}
    loose = "return [...document.querySelectorAll('img,a')].filter(e => (e.src || e.href).includes('192.0.2'))"
    assert reader.browser.execute_script(loose) == []
    assert reader.browser.execute_script("return [...document.querySelectorAll('em')].length") == 0


def test_the_first_visit_moves_the_token_from_the_address_into_a_cookie(reader: Reader) -> None:
    reader.browser.get(reader.address)
    assert "needs the whole address" in reader.text()
    reader.open("?seed=4")
    assert TOKEN not in reader.browser.current_url and "seed=4" in reader.browser.current_url
    cookie = next(c for c in reader.browser.get_cookies() if c["value"] == TOKEN)
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax"
    assert TOKEN not in reader.browser.page_source
    reader.browser.get(reader.address)
    reader.settle()


# Over the wire


def ask(address: str, path: str = "/", **headers: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and text of an answer."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    connection.putrequest("GET", path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode(errors="replace")


def shake(address: str, **headers: str) -> str:
    """Status line of a WebSocket handshake."""
    place = urlsplit(address)
    lines = {"Host": place.netloc, "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    lines |= {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="} | {n.replace("_", "-"): v for n, v in headers.items()}
    request = "GET /_stcore/stream HTTP/1.1\r\n" + "".join(f"{n}: {v}\r\n" for n, v in lines.items()) + "\r\n"
    with socket.create_connection((place.hostname, place.port), timeout=30) as wire:
        wire.sendall(request.encode())
        return wire.recv(4096).decode(errors="replace").split("\r\n")[0]


@pytest.fixture
def cookie(address: str) -> str:
    return f"parley_{urlsplit(address).port}={TOKEN}"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "127.0.0.1@evil", ""])
def test_another_host_is_refused(address: str, cookie: str, host: str) -> None:
    assert ask(address, Host=host, Cookie=cookie)[0] in (400, 403)
    assert " 40" in shake(address, Host=host, Cookie=cookie)
    assert ask(address, f"/?token={TOKEN}", Host=host)[0] in (400, 403)


def test_without_the_token_nothing_is_served(address: str) -> None:
    for path in ("/", "/run", "/_stcore/host-config", "/static/index.html", "/?token=wrong", "/_stcore/agent/interact"):
        status, headers, text = ask(address, path)
        assert status == 403 and "parley app" in text and "set-cookie" not in headers, path
    assert " 403" in shake(address)
    assert " 403" in shake(address, Cookie="parley=wrong")


def test_control_with_the_token_the_page_and_its_socket_answer(address: str, cookie: str) -> None:
    assert ask(address, Cookie=cookie)[0] == 200
    assert ask(address, Cookie=f'other={{"a": 1}}; {cookie}', Host=f"localhost:{urlsplit(address).port}")[0] == 200
    assert " 101" in shake(address, Cookie=cookie, Origin=address)


@pytest.mark.parametrize("origin", ["http://evil.example", "https://127.0.0.1", "http://127.0.0.1:1", "null"])
def test_another_site_is_refused_though_it_has_the_cookie(address: str, cookie: str, origin: str) -> None:
    assert ask(address, Origin=origin, Cookie=cookie)[0] == 403
    assert " 403" in shake(address, Origin=origin, Cookie=cookie)


def test_every_answer_has_the_policy(address: str, cookie: str) -> None:
    for path in ("/", "/run", "/_stcore/health", "/static/favicon.png", "/nothing.js"):
        for headers in ({"Cookie": cookie}, {}):
            policy = ask(address, path, **headers)[1]["content-security-policy"]
            assert "default-src 'self'" in policy and "unsafe-eval" not in policy and "http:" not in policy
    assert hash_script("a") == "ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs="  # SHA-256 of `a`, FIPS 180-4


def test_words_are_in_the_first_answer(address: str, cookie: str) -> None:
    text = ask(address, "/", Cookie=cookie)[2]
    assert "parley is loading" in text and "<title>parley</title>" in text


def test_a_single_use_secret_opens_once() -> None:
    from sim.app.guard import Guard

    guard = Guard(None, token="t" * 32, cookie="c", once="once")  # type: ignore[arg-type]
    scope = {"query_string": b"token=once"}
    assert guard._is_invited(scope)
    assert not guard._is_invited(scope)
    assert not Guard(None, token="t", cookie="c")._is_invited({"query_string": b"token="})  # type: ignore[arg-type]


def test_no_outer_address_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    from streamlit import net_util
    from streamlit.web.server import server_util

    from sim.app.serve import forbid_lookups

    asked: list[str] = []
    monkeypatch.setattr(net_util, "_make_blocking_http_get", lambda url, **rest: asked.append(url))
    for name in ("get_external_ip", "get_internal_ip"):
        monkeypatch.setattr(net_util, name, getattr(net_util, name))
    net_util._external_ip = None
    server_util.is_url_from_allowed_origins("http://evil.example")
    assert asked  # the control: Streamlit itself does
    asked.clear()
    forbid_lookups()
    assert not server_util.is_url_from_allowed_origins("http://evil.example") and not asked


# Files


SECRET = "the-secret-first-line: [of, a, file\n"


def test_a_typed_path_reads_no_file_out(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "secret.yaml").write_text(SECRET, encoding="utf-8")
    (folder / "secret").write_text(SECRET, encoding="utf-8")
    (tmp_path / "link.yaml").symlink_to(folder / "secret")
    for path in (folder / "secret.yaml", folder / "secret", tmp_path / "link.yaml"):
        with pytest.raises(ScenarioError) as refused:
            open_scenario(str(path))
        assert "the-secret" not in str(refused.value) and "first" not in str(refused.value)
    with pytest.raises(ScenarioError, match=r"secret.yaml:2: this is not a scenario"):
        open_scenario(str(folder / "secret.yaml"))


def test_control_a_file_beside_the_scenario_of_the_start_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.yaml").write_text("extends: river-border\nid: mine\ntitel: Mine\n", encoding="utf-8")
    monkeypatch.setenv("PARLEY_APP_FOLDER", str(tmp_path))
    with pytest.raises(ScenarioError, match="titel"):
        open_scenario(str(tmp_path / "mine.yaml"))


@pytest.mark.parametrize("base", ["../secret", "link", "[river-border, ../secret]"])
def test_a_scenario_opened_here_extends_nothing_elsewhere(
    base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret.yaml").write_text(SECRET, encoding="utf-8")
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (folder / "mine.yaml").write_text(f"extends: {base}\nid: mine\n", encoding="utf-8")
    monkeypatch.setenv("PARLEY_APP_FOLDER", str(folder))
    with pytest.raises(ScenarioError, match="extends only files beside it and shipped ones"):
        open_scenario(str(folder / "mine.yaml"))


def test_documents_elsewhere_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "record").mkdir()
    (tmp_path / "record" / "sources.yaml").write_text(SECRET, encoding="utf-8")
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "mine.yaml").write_text("extends: river-border\nid: mine\nevidence: {folder: ../record}\n")
    monkeypatch.setenv("PARLEY_APP_FOLDER", str(folder))
    with pytest.raises(ScenarioError, match="documents lie beside the scenario"):
        open_scenario(str(folder / "mine.yaml"))


def test_a_file_beside_the_shipped_ones_is_no_way_out() -> None:
    with pytest.raises(ScenarioError):
        open_scenario("../pyproject")


@pytest.mark.parametrize(
    "text", [ATTACK, "a -> b -- c <- d >= e", ":material/home: :smile:", "$x$ `code` _em_ ~~s~~ #h", "me@example.org"]
)
def test_escapes_can_be_taken_back_and_leave_no_mark_free(text: str) -> None:
    escaped = escape_markdown(text)
    assert remove_escapes(escaped) == text
    assert "\n" not in escaped and "://" not in escaped and not re.search(r"(?<!\\)[*_`\[<$]|:[a-z]|->", escaped)
    assert remove_escapes(escape_message(f"`{text.replace('`', '')}` is {text}")).endswith(text)


def test_a_usual_label_stays_as_it_is() -> None:
    label = "Northbank: days until it would concede all (90 to 300), 50% at most"
    assert escape_markdown(label) == label
    assert escape_message("`a*b` is *no* seed") == "`a*b` is \\*no\\* seed"
    assert escape_message("an odd ` one") == "an odd \\` one"
