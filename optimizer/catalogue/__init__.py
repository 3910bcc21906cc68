"""Every sentence that people read, in Chinese and in English.

The sentences are data: in the TOML files of this folder a table is a room, and each of its lines
``key = { zh = "…", en = "…" }`` is the sentence of the code ``"room.key"``. What the program has to
say travels as a `Message`, a code with its facts, and is put into words by whoever shows it.
"""

from optimizer.catalogue.message import Message, os_reason, shown, word
from optimizer.catalogue.sentences import Lang, sentences
from optimizer.catalogue.texts import Texts

__all__ = ["Lang", "Message", "Texts", "os_reason", "sentences", "shown", "word"]
