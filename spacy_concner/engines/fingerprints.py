"""What is in a file or folder, in a few letters: translations of other contents are others."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

N_BYTES = 1 << 20


def fingerprint_files(paths: Iterable[Path]) -> str:
    """Give a fingerprint of files.

    paths (Iterable[Path]): Files; small ones count by their content, those above a megabyte
        by name, size and time of change.
    RETURNS (str): 16 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for path in sorted(paths):
        status = path.stat()
        digest.update(f"{path.name} {status.st_size}\n".encode())
        if status.st_size <= N_BYTES:
            digest.update(path.read_bytes())
        else:
            digest.update(f"{status.st_mtime_ns}".encode())
    return digest.hexdigest()[:16]
