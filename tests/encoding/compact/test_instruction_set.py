"""AVX-512 is taken on CPUs of AMD that have it, and the user's choice stays."""

import os

import pytest

from spacy_concner.encoding.compact import instruction_set
from spacy_concner.encoding.compact.instruction_set import VARIABLE, set_instructions

FLAGS = "fpu avx2 avx512f avx512cd avx512bw avx512dq avx512vl"


def describe_cpu(vendor: str, flags: str) -> str:
    core = f"processor\t: 0\nvendor_id\t: {vendor}\nmodel name\t: X\nflags\t\t: {flags}\n\n"
    return core * 2


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (describe_cpu("AuthenticAMD", FLAGS), "AVX512"),
        (describe_cpu("AuthenticAMD", "fpu avx2 avx512f"), None),
        (describe_cpu("GenuineIntel", FLAGS), None),
        ("CPU architecture: 8\n", None),
        ("", None),
    ],
)
def test_the_cpu_decides(monkeypatch, tmp_path, told, expected):
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(instruction_set, "CPU", tmp_path / "cpuinfo")
    (tmp_path / "cpuinfo").write_text(told)
    set_instructions()
    assert os.environ.pop(VARIABLE, None) == expected


def test_the_user_decides_first_and_other_systems_are_left_alone(monkeypatch, tmp_path):
    monkeypatch.setattr(instruction_set, "CPU", tmp_path / "nothing")
    monkeypatch.delenv(VARIABLE, raising=False)
    set_instructions()
    assert VARIABLE not in os.environ
    monkeypatch.setenv(VARIABLE, "AVX2")
    (tmp_path / "nothing").write_text(describe_cpu("AuthenticAMD", FLAGS))
    set_instructions()
    assert os.environ[VARIABLE] == "AVX2"
