"""Frozen sentence vectors of an encoder folder: the mean of its piece vectors."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np

from ..errors import ConcnerError, Errors

BUFFER = 1024


class SentenceEncoder:
    """An encoder as it was pretrained, for one vector a sentence.

    It is what TSL measures languages with (arXiv 2004.12440, section 3.2).
    """

    def __init__(self, path: str, max_pieces: int = 128, batch_pieces: int = 4096) -> None:
        """Load the encoder.

        path (str): Encoder folder or hub name.
        max_pieces (int): Word pieces of a sentence that are read; the rest is cut off.
        batch_pieces (int): Word pieces of a batch, padding counted.
        RAISES (ConcnerError): C315 if it cannot be loaded.
        """
        import torch
        from transformers import AutoModel, AutoTokenizer

        self.path = str(path)
        self.max_pieces = max_pieces
        self.batch_pieces = batch_pieces
        try:
            self.tokenizer: Any = AutoTokenizer.from_pretrained(self.path)
            self.model: Any = AutoModel.from_pretrained(self.path).eval()
        # Whatever a broken folder, or a hub out of reach, may raise.
        except Exception as error:
            raise ConcnerError(Errors.C315.format(path=path, error=error)) from error
        if torch.cuda.is_available() and torch.get_default_device().type == "cuda":
            self.model.to("cuda")

    def vectors(self, texts: Iterable[str]) -> Iterator[np.ndarray]:
        """Give the vectors of texts, a buffer at a time.

        texts (Iterable[str]): Sentences.
        YIELDS (ndarray): `(width,)` float32 for each text, in order.
        """
        stream = iter(texts)
        while buffer := list(islice(stream, BUFFER)):
            yield from self._buffer_vectors(buffer)

    def _buffer_vectors(self, texts: list[str]) -> np.ndarray:
        import torch

        encoded = self.tokenizer(texts, truncation=True, max_length=self.max_pieces)
        pieces = encoded["input_ids"]
        result = np.zeros((len(texts), self.model.config.hidden_size), dtype="f4")
        order = sorted(range(len(texts)), key=lambda i: len(pieces[i]))
        while order:
            # From the longest down, so that the first batch shows whether memory suffices.
            n_rows = max(1, self.batch_pieces // max(1, len(pieces[order[-1]])))
            rows, order = order[-n_rows:], order[:-n_rows]
            ids = [torch.tensor(pieces[i]) for i in rows]
            seen = [torch.ones(len(part), dtype=torch.int64) for part in ids]
            batch = torch.nn.utils.rnn.pad_sequence(ids, batch_first=True).to(self.model.device)
            mask = torch.nn.utils.rnn.pad_sequence(seen, batch_first=True).to(self.model.device)
            with torch.inference_mode():
                states = self.model(batch, attention_mask=mask).last_hidden_state
            mask = mask[..., None].to(states.dtype)
            means = (states * mask).sum(1) / mask.sum(1).clamp_min(1)
            result[rows] = means.float().cpu().numpy()
        return result
