"""Backups that only a passphrase opens: AES-256-GCM in chunks, the key made by scrypt.

A file is a mark, a salt of 16 bytes, then chunks of 1 MiB and 16 bytes more; each chunk's nonce
counts them and says which is the last, so that none can be left out, moved or cut off unnoticed.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from optimizer.errors import RegisterError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

_MAGIC: Final = b"ZFENC1\n"
_CHUNK: Final = 2**20
_TAG: Final = 16
_SALT: Final = 16


def is_encrypted(path: Path) -> bool:
    """Whether a file is such a backup."""
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def read_passphrase(path: Path) -> bytes:
    """The first line of a file.

    Raises
    ------
    RegisterError
        The file cannot be read, or its first line is empty.
    """
    try:
        phrase = path.read_bytes().split(b"\n")[0].strip()
    except OSError as error:
        raise RegisterError("backup.no_passphrase_file", path=path, error=error) from None
    if not phrase:
        raise RegisterError("backup.empty_passphrase", path=path)
    return phrase


def encrypt(source: Path, target: Path, passphrase: bytes) -> None:
    """Write what only the passphrase opens, and see that it does."""
    salt = os.urandom(_SALT)
    cipher = AESGCM(_key(passphrase, salt))
    with source.open("rb") as plain, target.open("wb") as file:
        file.write(_MAGIC + salt)
        for number, chunk, last in _chunks(plain, _CHUNK):
            file.write(cipher.encrypt(_nonce(number, last=last), chunk, None))
    written = hashlib.sha256()
    for chunk in _decrypted(target, passphrase):
        written.update(chunk)
    with source.open("rb") as plain:
        if hashlib.file_digest(plain, "sha256").digest() != written.digest():
            raise RegisterError("backup.not_opened", path=target)


def decrypt(source: Path, target: Path, passphrase: bytes) -> None:
    """Write what was encrypted.

    Raises
    ------
    RegisterError
        The passphrase is another, or the file is damaged or cut off.
    """
    with target.open("wb") as file:
        for chunk in _decrypted(source, passphrase):
            file.write(chunk)


def _decrypted(source: Path, passphrase: bytes) -> Iterator[bytes]:
    with source.open("rb") as file:
        head = file.read(len(_MAGIC) + _SALT)
        cipher = AESGCM(_key(passphrase, head[len(_MAGIC) :]))
        for number, chunk, last in _chunks(file, _CHUNK + _TAG):
            try:
                yield cipher.decrypt(_nonce(number, last=last), chunk, None)
            except (InvalidTag, ValueError):
                raise RegisterError("backup.not_opened", path=source) from None


def _chunks(file: BinaryIO, size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Pieces of a file, each with its number and whether it is the last; at least one."""
    number, chunk = 0, file.read(size)
    while True:
        following = file.read(size)
        yield number, chunk, not following
        if not following:
            return
        number, chunk = number + 1, following


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _key(passphrase: bytes, salt: bytes) -> bytes:
    return hashlib.scrypt(passphrase, salt=salt, n=2**15, r=8, p=1, maxmem=2**26, dklen=32)
