"""The weights that ship: all that makes vectors from text, whichever engine runs them."""

from dataclasses import dataclass

CTRANSLATE2 = "ctranslate2"
ONNX = "onnx"
ENGINES = (CTRANSLATE2, ONNX)


@dataclass(frozen=True)
class CompactWeights:
    """All that makes vectors from text.

    files (dict[str, bytes]): The model, in the files of its engine.
    tokenizer (str): Content of tokenizer.json, its vocabulary that of the model.
    prefix, suffix (list[int]): Special pieces around each sequence.
    padding (int): Piece that fills up sequences.
    width (int): Width of the vectors.
    n_positions (int): Longest sequence, in word pieces, special ones included.
    engine (str): What runs them: "ctranslate2" or "onnx". Weights of earlier
        releases name none, and are CTranslate2's.
    """

    files: dict[str, bytes]
    tokenizer: str
    prefix: list[int]
    suffix: list[int]
    padding: int
    width: int
    n_positions: int
    engine: str = CTRANSLATE2
