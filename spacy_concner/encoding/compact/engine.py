"""The weights that ship, their settings, and a session that runs them in each process."""

import copy
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import srsly
from thinc.api import Shim

from ...errors import ConcnerError, Errors
from . import ctranslate2_session, onnx_session
from .weights import CTRANSLATE2, ENGINES, ONNX, CompactWeights

# Sessions of a parent process: to close one in a child would wait for threads that are not there.
_INHERITED: list[Any] = []
# Threads that ask at once share one session, which is large.
_STARTING = threading.Lock()
DEVICES = ("cpu", "cuda", "auto")
# More help little, and each holds the memory of a batch.
MOST_THREADS = 4


def _renew_lock() -> None:
    """Free a child process of a lock that a thread of its parent held, which it does not have."""
    global _STARTING
    _STARTING = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


@dataclass(frozen=True)
class EngineSettings:
    """How to run the weights.

    window (int): Most word pieces in a sequence, special ones included.
    overlap (int): Pieces that the windows of a longer text share with their neighbours.
    batch_pieces (int): Most pieces of a batch, padding included.
    device (str): "cpu", "cuda" or "auto".
    compute_type (str): "default" takes that of the weights as far as the device can, and is what
        ONNX Runtime knows; "int8", "float16", "float32" and others of CTranslate2's convert when
        loaded.
    threads (int): Batches that a process encodes at once on CPU, each on a thread of its own,
        0 for `count_threads`.
    """

    window: int = 128
    overlap: int = 16
    batch_pieces: int = 384
    device: str = "cpu"
    compute_type: str = "default"
    threads: int = 0

    def __post_init__(self) -> None:
        """Check the settings: C322 for one that cannot be."""
        for setting, expected, is_good in (
            ("window", "at least 8", self.window >= 8),
            (
                "overlap",
                "0 or more, up to half the window",
                0 <= self.overlap <= self.window // 2,
            ),
            ("batch_pieces", "at least 1", self.batch_pieces >= 1),
            ("device", f"one of {DEVICES}", self.device in DEVICES),
            ("threads", "0 or more", self.threads >= 0),
        ):
            if not is_good:
                values = {"value": repr(getattr(self, setting)), "expected": expected}
                raise ConcnerError(Errors.C322.format(setting=setting, **values))


def count_threads() -> int:
    """Give the number of threads that a process takes unless told.

    RETURNS (int): One where spaCy runs several processes (`n_process`); else what
        `OMP_NUM_THREADS` says; else one for each core the process may use, up to four.
    """
    if multiprocessing.parent_process() is not None:
        return 1
    told = os.environ.get("OMP_NUM_THREADS", "")
    if told.isdecimal() and int(told):
        return int(told)
    if hasattr(os, "sched_getaffinity"):
        return min(MOST_THREADS, len(os.sched_getaffinity(0)))
    return min(MOST_THREADS, os.cpu_count() or 1)


class Session(Protocol):
    """A model that is loaded, in whichever engine."""

    def encode(self, pieces: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """Encode sequences, as `Engine.encode` does; several threads may ask at once."""


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
        self._session: Session | None = None
        self._tokenizer: Any = None
        self._pool: ThreadPoolExecutor | None = None
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
        assert self._session is not None
        return self._session.encode(pieces, lengths)

    def for_each(self, task: Callable[[Any], None], items: Iterable[Any]) -> None:
        """Run a task that encodes for each of some items, on all threads.

        One batch a thread is up to twice as fast as all threads on one batch, whose matrices are
        too small to share.

        task (Callable): What to do with an item.
        items (Iterable): The items.
        """
        self._start()
        if self._pool is None:
            for item in items:
                task(item)
        else:
            for _ in self._pool.map(task, items):
                pass

    def _start(self) -> None:
        """Make session and tokenizer, unless this process has them."""
        if self._process != os.getpid():
            with _STARTING:
                if self._process != os.getpid():
                    self._make_session()

    def _make_session(self) -> None:
        weights = self.weights
        _INHERITED.append((self._session, self._tokenizer, self._pool))
        from tokenizers import Tokenizer

        settings = self.settings
        is_onnx = weights.engine == ONNX
        is_on_cpu = is_onnx or ctranslate2_session.runs_on_cpu(settings.device)
        threads = (settings.threads or count_threads()) if is_on_cpu else 1
        session: Session
        if is_onnx:
            session = onnx_session.OnnxSession(weights, settings)
        else:
            session = ctranslate2_session.CTranslate2Session(weights, settings, threads)
        try:
            self._tokenizer = Tokenizer.from_str(weights.tokenizer)
        # tokenizers raises nothing more precise.
        except Exception as error:
            raise ConcnerError(Errors.C326.format(path="The tokenizer", error=error)) from error
        self._session = session
        self._pool = ThreadPoolExecutor(threads, "concner") if threads > 1 else None
        self._process = os.getpid()

    def to_bytes(self) -> bytes:
        """Give the weights as bytes; empty without weights."""
        if self._model is None:
            return srsly.msgpack_dumps(None)
        fields = dict(vars(self._model))
        # Earlier releases know no other engine, and read these weights as they read their own.
        if fields["engine"] == CTRANSLATE2:
            del fields["engine"]
        return srsly.msgpack_dumps(fields)

    def from_bytes(self, data: bytes) -> "Engine":
        """Take weights from bytes.

        data (bytes): What `to_bytes` gave.
        RETURNS (Engine): The engine itself.
        RAISES (ConcnerError): C326 if they hold something else, C330 for weights of an engine
            that is not known, C331 for those of ONNX Runtime where it is not installed.
        """
        try:
            message = srsly.msgpack_loads(data)
            weights = None if message is None else CompactWeights(**message)
        except (TypeError, ValueError) as error:
            raise ConcnerError(Errors.C326.format(path="The model", error=error)) from error
        if weights is not None and weights.engine not in ENGINES:
            raise ConcnerError(Errors.C330.format(found=weights.engine, known=ENGINES))
        # Told when the pipeline is loaded, not with the first text.
        if weights is not None and weights.engine == ONNX:
            onnx_session.check_installed()
        self._model = weights
        self._forget()
        return self

    def _forget(self) -> None:
        self._session = self._tokenizer = self._pool = self._process = None

    def __getstate__(self) -> dict[str, Any]:
        """Give what a pickle holds: no session, no tokenizer, no threads."""
        process = ("_session", "_tokenizer", "_pool", "_process")
        return {**vars(self), **dict.fromkeys(process)}

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
