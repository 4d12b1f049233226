"""Shipped weights in CTranslate2."""

from typing import TYPE_CHECKING

import numpy as np

from ...errors import ConcnerError, Errors
from .instruction_set import set_instructions
from .weights import CompactWeights

if TYPE_CHECKING:
    from .engine import EngineSettings


def runs_on_cpu(device: str) -> bool:
    """Tell whether a device of the settings is the CPU here.

    device (str): "cpu", "cuda" or "auto".
    RETURNS (bool): Whether it is.
    """
    import ctranslate2

    return device == "cpu" or (device == "auto" and not ctranslate2.get_cuda_device_count())


class CTranslate2Session:
    """A CTranslate2 model that several threads can ask at once."""

    def __init__(self, weights: CompactWeights, settings: "EngineSettings", threads: int) -> None:
        """Load the model.

        weights (CompactWeights): What to run.
        settings (EngineSettings): How to run it.
        threads (int): Batches at once.
        RAISES (ConcnerError): C324 if it cannot start so.
        """
        import ctranslate2

        set_instructions()
        try:
            self._encoder = ctranslate2.Encoder(
                "compact",
                device=settings.device,
                compute_type=settings.compute_type,
                inter_threads=threads,
                intra_threads=1,
                files=weights.files,
            )
        except (ValueError, RuntimeError) as error:
            values = {"device": settings.device, "compute_type": settings.compute_type}
            raise ConcnerError(Errors.C324.format(**values, error=error)) from error

    def encode(self, pieces: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """Encode sequences.

        pieces (ndarray): `(n_sequences, longest)` int32 word pieces.
        lengths (ndarray): `(n_sequences,)` int32 lengths.
        RETURNS (ndarray): `(n_sequences, longest, width)` float32 vectors.
        """
        import ctranslate2

        output = self._encoder.forward_batch(
            ctranslate2.StorageView.from_array(pieces), ctranslate2.StorageView.from_array(lengths)
        ).last_hidden_state
        if output.device != "cpu":
            output = output.to_device(ctranslate2.Device.cpu)
        if output.dtype != ctranslate2.DataType.float32:
            output = output.to(ctranslate2.DataType.float32)
        return np.array(output, copy=False)
