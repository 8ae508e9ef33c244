"""Provide a real OpenID provider on loopback, and people who log in there."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.server import free_port
from tests.waiting import PATIENCE_S, wait_for

MODULES: Final = Path(sys.prefix) / "oidc-provider" / "node_modules"
CALLBACK: Final = "http://localhost/oidc/callback"  # of Flask's test client
_FORM: Final = re.compile(r'action="([^"]+)"')


@dataclass(frozen=True)
class RunningProvider:
    """A provider; whoever says who they are is believed."""

    issuer: str

    def authorize(self, url: str, person: str) -> str:
        """Log in and consent as a person does in a browser. Returns where the browser is sent back to."""
        with httpx.Client(base_url=self.issuer, timeout=PATIENCE_S) as browser:
            answer = browser.get(url)
            for _ in range(10):
                location = answer.headers.get("Location", "")
                if location.startswith(CALLBACK):
                    return location
                if location:
                    answer = browser.get(location)
                    continue
                prompt = "login" if 'name="login"' in answer.text else "consent"
                form = {"prompt": prompt, "login": person, "password": "any"}
                found = _FORM.search(answer.text)
                assert found is not None, answer.text
                answer = browser.post(found[1], data=form)
        raise AssertionError(f"the provider did not send the browser back: {answer.text}")


@pytest.fixture(scope="session")
def provider() -> Iterator[RunningProvider]:
    """The provider of npm's package oidc-provider, which is certified by the OpenID Foundation."""
    node = shutil.which("node")
    if node is None or not (MODULES / "oidc-provider").is_dir():
        pytest.skip("Node or oidc-provider is not installed; `make oidc-provider` installs it")
    port = free_port()
    script = Path(__file__).with_name("provider.mjs")
    command = [node, str(script), str(MODULES), str(port), CALLBACK]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        running = RunningProvider(f"http://127.0.0.1:{port}")

        def is_up() -> bool:
            assert process.poll() is None, "the provider has ended"
            try:
                return httpx.get(f"{running.issuer}/jwks").status_code == 200
            except httpx.TransportError:
                return False

        try:
            wait_for(is_up, "the OpenID provider")
            yield running
        finally:
            process.terminate()
