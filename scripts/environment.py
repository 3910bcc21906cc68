"""Makes `.venv` with everything in it, once: only the standard library is needed to run it.

The packages are those of a lock in `scripts/locks`, each held by its hash; what is installed is
compiled at once, libraries to byte-code and our inner functions to machine code, so that nobody
waits for that later. A stamp in `.venv` remembers what was installed: a second run does nothing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venv"
LOCKS = ROOT / "scripts" / "locks"
OLDEST = (3, 11)


def ensure(kind: str) -> Path:
    """Make or complete `.venv` for a kind of lock ("runtime" or "test"); return its Python.

    The lock "test" holds all of "runtime": whoever has it needs no second installation.
    """
    if sys.version_info < OLDEST:
        sys.exit(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed, this is {sys.version}")
    kinds = ["test"] if kind == "test" else ["test", "runtime"]
    if not any(_stamp(known).is_file() for known in kinds):
        _install(kind)
        _compile()
        _stamp(kind).write_text("complete\n", encoding="utf-8")
    return _executable("python")


def run(python: Path, *arguments: str | Path, **environment: str) -> None:
    """Run a Python command in the environment; end this program if it fails."""
    command = [str(python), *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def _stamp(kind: str) -> Path:
    parts = [LOCKS / f"{kind}.txt", ROOT / "pyproject.toml"]
    digest = hashlib.sha256(sys.version.encode())
    for part in parts:
        digest.update(part.read_bytes())
    return HOME / f"zoufang-{kind}-{digest.hexdigest()[:16]}"


def _executable(name: str) -> Path:
    windows = os.name == "nt"
    return HOME / ("Scripts" if windows else "bin") / (f"{name}.exe" if windows else name)


def _install(kind: str) -> None:
    print(f"Making {HOME} ({kind}) …", flush=True)
    if not _executable("python").is_file():
        venv.create(HOME, with_pip=True, clear=True)
    lock = ["--require-hashes", "--no-deps", "--requirement", str(LOCKS / f"{kind}.txt")]
    project = ["--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
    for installer in (_uv, _pip):
        if all(_succeeds([*installer(), *wanted]) for wanted in (lock, project)):
            return
    sys.exit("The installation failed; the messages above say why. Run the command again.")


def _compile() -> None:
    """Make byte-code and machine code where they can be kept; without them all works, but slower.

    pip makes the byte-code of what it installs, uv does not.
    """
    print("Making byte-code and machine code, once: about a minute …", flush=True)
    for command in (
        ["-m", "compileall", "-q", str(ROOT / "optimizer")],
        ["-m", "optimizer.warm_up"],
    ):
        if not _succeeds([str(_executable("python")), *command]):
            print("They are not all made; the first commands will be slower, and say so.")
            return


def _pip() -> list[str]:
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    return [str(_executable("python")), "-m", "pip", "install", *quiet]


def _uv() -> list[str]:
    """The quick installer; where it cannot work (behind a mirror that only pip knows) pip does."""
    found = shutil.which("uv")
    if not found:
        _succeeds([*_pip(), "--require-hashes", "--requirement", str(LOCKS / "installer.txt")])
        found = str(_executable("uv"))
    return [
        found,
        "pip",
        "install",
        "--quiet",
        "--compile-bytecode",
        "--python",
        str(_executable("python")),
    ]


def _succeeds(command: list[str]) -> bool:
    try:
        return subprocess.run(command, cwd=ROOT, check=False).returncode == 0
    except OSError:
        return False
