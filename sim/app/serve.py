"""The process that serves the page: Streamlit behind the guard. `parley app` starts it."""

from __future__ import annotations

import os
import re
import secrets
import sys
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from streamlit import net_util

from sim.app.guard import Guard

TOKEN, ONCE = "PARLEY_APP_TOKEN", "PARLEY_APP_ONCE"
"""Environment variables in which `parley app` passes its secrets; other users cannot read them there."""
PAGE = Path(__file__).resolve().with_name("page.py")


def build_options(port: int) -> dict[str, str | int | bool]:
    """Build Streamlit's options: this machine only, no statistics, no outer address."""
    return {
        "server.address": "127.0.0.1",
        "server.port": port,
        "server.headless": True,
        "server.fileWatcherType": "none",
        "server.enableCORS": True,
        "server.enableXsrfProtection": True,
        # Streamlit would collect garbage before it sends the last part of an answer, which takes 0.1 s and more.
        "runner.postScriptGC": False,
        "runner.magicEnabled": False,  # it would show the texts below constants
        "browser.gatherUsageStats": False,
        "browser.serverAddress": "127.0.0.1",
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        # A blue on which white print has a contrast of 5 to 1, and which has more than 3 to 1 on either background.
        "theme.light.primaryColor": "#0072B2",
        "theme.dark.primaryColor": "#0072B2",
        "theme.dark.backgroundColor": "#0E1117",
        "theme.dark.secondaryBackgroundColor": "#1C222B",
        "theme.dark.textColor": "#FAFAFA",
        "theme.dark.linkColor": "#7CC4EE",
        "logger.level": "warning",
        "logger.hideWelcomeMessage": True,  # it would name an address without the token
    }


def forbid_lookups() -> None:
    """Keep Streamlit from asking other machines for the address of this one."""
    net_util.get_external_ip = net_util.get_internal_ip = lambda: None


def list_inline_scripts() -> tuple[str, ...]:
    """List the scripts in Streamlit's own HTML, which the policy admits by their hash."""
    page = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    return tuple(re.findall(r"<script>(.*?)</script>", page, re.S))


def main() -> None:
    """Serve the page on the port that the command line names."""
    port = int(sys.argv[1])
    token = os.environ.pop(TOKEN, "") or secrets.token_urlsafe(32)
    once, scripts = os.environ.pop(ONCE, ""), list_inline_scripts()
    forbid_lookups()
    guard = Middleware(Guard, token=token, cookie=f"parley_{port}", once=once, scripts=scripts)
    st.App(PAGE, middleware=[guard]).run(config=build_options(port))


if __name__ == "__main__":
    main()
