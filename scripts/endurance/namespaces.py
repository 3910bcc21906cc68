"""A program begun anew in namespaces of its own: mounts or a network that nobody else sees."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

_INSIDE = "ENDURANCE_NAMESPACE"


def is_available(kind: str) -> bool:
    """Whether a namespace of a kind, mount or net, can be made here."""
    if shutil.which("unshare") is None:
        return False
    return not subprocess.run(
        [*_unshare(kind), "true"], capture_output=True, check=False
    ).returncode


def enter(kind: str) -> None:
    """Begin this program anew in a namespace, unless it is there."""
    if os.environ.get(_INSIDE):
        return
    command = [*_unshare(kind), sys.executable, *sys.orig_argv[1:]]
    code = subprocess.run(command, env=os.environ | {_INSIDE: "1"}, check=False)
    raise SystemExit(code.returncode)


def _unshare(kind: str) -> list[str]:
    own = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return ["unshare", *own, f"--{kind}"]
