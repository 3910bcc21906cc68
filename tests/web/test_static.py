"""What a page loads lies in the package, is what its makers published, and has its licence."""

from __future__ import annotations

import hashlib
import re
from importlib import resources

import pytest

STATIC = resources.files("optimizer.web") / "static"
VENDORED = {
    "htmx.min.js": ("d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717", "htmx.txt"),
    "Sortable.min.js": (
        "bf4241bc73fef7f11c59a283a69fe8051cdd31c6d8ff5a2b9ba219e7831fcf76",
        "sortable.txt",
    ),
}


@pytest.mark.parametrize("name", VENDORED)
def test_a_vendored_file_is_as_it_was_published(name):
    """A changed line in somebody else's library is a fault that nobody would look for."""
    digest, licence = VENDORED[name]
    assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == digest
    assert (STATIC / "licences" / licence).read_text().strip()


def test_our_own_scripts_name_no_other_host_and_run_no_text():
    """A desk in a cellar has no other server, and the policy forbids to ask one."""
    for path in STATIC.iterdir():
        if path.name.endswith((".js", ".css")) and path.name not in VENDORED:
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"https?://(?!www\.w3\.org)", text), path.name
            assert not re.search(r"\beval\(|new Function|innerHTML\s*=", text), path.name


def test_templates_have_no_inline_script_or_style():
    """The policy would block them, and the page would be broken in the browser only."""
    templates = resources.files("optimizer.web") / "templates"
    for path in templates.iterdir():
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|\son\w+=\"|<script>", text), path.name
