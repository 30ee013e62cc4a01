"""The frame around Gradio's page and the policy over it."""

from __future__ import annotations

import base64
import hashlib

import pytest

from ui.web.shell import frame_page, policy

GRADIO = (
    '<html><head><meta property="og:image" content="https://elsewhere.example/x.jpg"/>'
    '<link rel="manifest" href="/manifest.json" crossorigin="use-credentials" /><script>let a = 1;</script>'
    "<style>b { color: red }</style>"
    '<script src="./assets/a.js"></script></head><body><gradio-app eager="true"></gradio-app></body></html>'
)


def test_every_inline_script_is_allowed_by_its_hash_and_no_other() -> None:
    digest = base64.b64encode(hashlib.sha256(b"let a = 1;").digest()).decode()
    (scripts,) = [part for part in policy(GRADIO).split("; ") if part.startswith("script-src")]
    assert scripts == f"script-src 'self' 'sha256-{digest}'"


def test_styles_are_allowed_from_our_files_inline_by_hash_and_in_attributes() -> None:
    digest = base64.b64encode(hashlib.sha256(b"b { color: red }").digest()).decode()
    styles = [part for part in policy(GRADIO).split("; ") if part.startswith("style-src")]
    assert styles == [f"style-src 'self' 'sha256-{digest}'", "style-src-attr 'unsafe-inline'"]


def test_the_policy_forbids_other_hosts_and_eval() -> None:
    assert "unsafe-eval" not in policy(GRADIO)
    assert "http" not in policy(GRADIO)
    assert policy().startswith("default-src 'none'")


def test_the_page_keeps_gradio_and_gains_the_frame() -> None:
    page = frame_page(GRADIO)
    assert page.count('<gradio-app eager="true"></gradio-app>') == 1
    assert 'role="log"' in page and "static/quoth/quoth.js" in page
    assert "elsewhere.example" not in page


def test_the_page_links_no_manifest_because_none_is_served() -> None:
    assert "manifest.json" not in frame_page(GRADIO)


def test_a_page_of_gradio_with_another_structure_is_an_error() -> None:
    with pytest.raises(ValueError, match="has changed"):
        frame_page("<html><head></head><body><div id='app'></div></body></html>")
