"""The weights that ship and the CTranslate2 session that runs them, one for each process."""

import copy
import multiprocessing
import os
from dataclasses import dataclass
from typing import Any

import numpy as np
import srsly
from thinc.api import Shim

from ...errors import ConcnerError, Errors

# Sessions of a parent process: to close one in a child would wait for threads that are not there.
_INHERITED: list[Any] = []


@dataclass(frozen=True)
class CompactWeights:
    """All that makes vectors from text.

    files (dict[str, bytes]): The CTranslate2 model.
    tokenizer (str): Content of tokenizer.json, its vocabulary that of the model.
    prefix, suffix (list[int]): Special pieces around each sequence.
    padding (int): Piece that fills up sequences.
    width (int): Width of the vectors.
    n_positions (int): Longest sequence, in word pieces, special ones included.
    """

    files: dict[str, bytes]
    tokenizer: str
    prefix: list[int]
    suffix: list[int]
    padding: int
    width: int
    n_positions: int


@dataclass(frozen=True)
class EngineSettings:
    """How to run the weights.

    device (str): "cpu", "cuda" or "auto".
    compute_type (str): Any of CTranslate2's: "default" takes that of the weights as far as the
        device can, "int8", "float16", "float32" and others convert when loaded.
    intra_threads (int): Threads of a process, 0 for one a core, up to four, or for a single one
        where spaCy runs several processes (`n_process`).
    """

    device: str = "cpu"
    compute_type: str = "default"
    intra_threads: int = 0


class Engine(Shim):
    """Weights and, once they are needed, a session and a tokenizer of this process.

    Copies, pickles and bytes hold the weights alone.
    """

    _model: CompactWeights | None

    def __init__(self, settings: EngineSettings, weights: CompactWeights | None = None) -> None:
        """Take settings.

        settings (EngineSettings): How to run.
        weights (CompactWeights): What to run; they can also come later, by `from_bytes`.
        """
        super().__init__(weights)
        self.settings = settings
        self._session: Any = None
        self._tokenizer: Any = None
        self._process: int | None = None

    @property
    def weights(self) -> CompactWeights:
        """The weights.

        RAISES (ConcnerError): C321 if there are none.
        """
        if self._model is None:
            raise ConcnerError(Errors.C321)
        return self._model

    @property
    def has_weights(self) -> bool:
        """Whether there is anything to run."""
        return self._model is not None

    @property
    def tokenizer(self) -> Any:
        """The tokenizer of this process, a `tokenizers.Tokenizer`."""
        self._start()
        return self._tokenizer

    def encode(self, pieces: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """Encode sequences.

        pieces (ndarray): `(n_sequences, longest)` int32 word pieces.
        lengths (ndarray): `(n_sequences,)` int32 lengths.
        RETURNS (ndarray): `(n_sequences, longest, width)` float32 vectors.
        """
        self._start()
        import ctranslate2

        output = self._session.forward_batch(
            ctranslate2.StorageView.from_array(pieces), ctranslate2.StorageView.from_array(lengths)
        ).last_hidden_state
        if output.device != "cpu":
            output = output.to_device(ctranslate2.Device.cpu)
        if output.dtype != ctranslate2.DataType.float32:
            output = output.to(ctranslate2.DataType.float32)
        return np.array(output, copy=False)

    def _start(self) -> None:
        """Make session and tokenizer, unless this process has them."""
        if self._process == os.getpid():
            return
        weights = self.weights
        _INHERITED.append((self._session, self._tokenizer))
        try:
            import ctranslate2
            from tokenizers import Tokenizer
        except ImportError as error:
            package = getattr(error, "name", None) or "ctranslate2"
            raise ConcnerError(Errors.C323.format(package=package, error=error)) from error
        settings = self.settings
        threads = settings.intra_threads
        if not threads and multiprocessing.parent_process() is not None:
            threads = 1
        try:
            session = ctranslate2.Encoder(
                "compact",
                device=settings.device,
                compute_type=settings.compute_type,
                intra_threads=threads,
                files=weights.files,
            )
        except (ValueError, RuntimeError) as error:
            raise ConcnerError(
                Errors.C324.format(
                    device=settings.device, compute_type=settings.compute_type, error=error
                )
            ) from error
        self._tokenizer = Tokenizer.from_str(weights.tokenizer)
        self._session = session
        self._process = os.getpid()

    def to_bytes(self) -> bytes:
        """Give the weights as bytes; empty without weights."""
        return srsly.msgpack_dumps(None if self._model is None else vars(self._model))

    def from_bytes(self, data: bytes) -> "Engine":
        """Take weights from bytes.

        data (bytes): What `to_bytes` gave.
        RETURNS (Engine): The engine itself.
        RAISES (ConcnerError): C326 if they hold something else.
        """
        try:
            message = srsly.msgpack_loads(data)
            self._model = None if message is None else CompactWeights(**message)
        except (TypeError, ValueError) as error:
            raise ConcnerError(Errors.C326.format(path="The model", error=error)) from error
        self._forget()
        return self

    def _forget(self) -> None:
        self._session = self._tokenizer = self._process = None

    def __getstate__(self) -> dict[str, Any]:
        """Give what a pickle holds: no session, no tokenizer."""
        return {**vars(self), "_session": None, "_tokenizer": None, "_process": None}

    def copy(self) -> "Engine":
        """Copy the engine; the weights, which never change, are shared."""
        return copy.copy(self)

    def __deepcopy__(self, memo: dict) -> "Engine":
        """Copy as `copy` does."""
        return self.copy()

    def finish_update(self, optimizer: Any) -> None:
        """Do nothing: the weights are not trained."""

    def to_device(self, device_type: str, device_id: int) -> None:
        """Do nothing: the device is a setting of its own."""
