"""Sentence vectors kept on disk: another weighting, or another target, reads no text twice."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ..encoding.sentence_vectors import SentenceEncoder
from ..folder_marker import fingerprint
from .teacher_cache import read_array, write_array


class CachedSentenceEncoder:
    """A sentence encoder that keeps its vectors in a folder."""

    def __init__(self, path: str, folder: Path) -> None:
        """Load the encoder.

        path (str): Encoder folder or hub name.
        folder (Path): Where the vectors are kept; made when there are some.
        RAISES (ConcnerError): C301 if the encoder cannot be loaded.
        """
        self._encoder = SentenceEncoder(path)
        self._folder = folder
        root = Path(path)
        files = sorted(file for file in root.rglob("*") if file.is_file()) if root.is_dir() else []
        commit = getattr(self._encoder.encoder.model.config, "_commit_hash", None)
        self._key = fingerprint(files) if files else f"{path} {commit}"

    def vectors(self, texts: Iterable[str]) -> np.ndarray:
        """Give the vectors of texts, from disk if these texts were read before.

        texts (Iterable[str]): Sentences, few enough to be held in memory.
        RETURNS (ndarray): `(n_texts, width)` float32.
        """
        texts = list(texts)
        digest = hashlib.sha256(self._key.encode("utf8"))
        for text in texts:
            # With its length, so that no two lists of texts run together alike.
            content = text.encode("utf8", "surrogatepass")
            digest.update(b"%d:%b" % (len(content), content))
        file = self._folder / f"{digest.hexdigest()[:16]}.npy"
        rows = read_array(file)
        if rows is None:
            rows = np.array(list(self._encoder.vectors(texts)), dtype="f4")
            write_array(file, rows)
        return rows
