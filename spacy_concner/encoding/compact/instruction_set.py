"""The instructions of the CPU that CTranslate2 computes with.

It takes AVX-512 by itself where the CPU is one of Intel's, and AVX2 on those of AMD, where
AVX-512 is the faster one, too (docs/speed.md).
"""

import os
from pathlib import Path

VARIABLE = "CT2_FORCE_CPU_ISA"
CPU = Path("/proc/cpuinfo")
MAKER = "AuthenticAMD"
AVX512 = "AVX512"
# What CTranslate2 asks for.
NEEDED = {"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"}


def set_instructions() -> None:
    """Let CTranslate2 use AVX-512 on CPUs of AMD that have it, unless the user has chosen.

    CTranslate2 reads the environment once in a process, when it first computes.
    """
    if VARIABLE in os.environ:
        return
    try:
        told = CPU.read_text("utf8")
    except OSError:
        # Another system than Linux.
        return
    if has_fast_avx512(told):
        os.environ[VARIABLE] = AVX512


def has_fast_avx512(told: str) -> bool:
    """Tell whether a CPU is one of AMD with AVX-512.

    told (str): Content of `/proc/cpuinfo`.
    RETURNS (bool): Whether it is.
    """
    values = [line.partition(":") for line in told.partition("\n\n")[0].splitlines()]
    known = {name.strip(): value.strip() for name, _, value in values}
    return known.get("vendor_id") == MAKER and set(known.get("flags", "").split()) >= NEEDED
