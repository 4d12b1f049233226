"""What the wheel of a package may hold: data of known kinds, and spaCy's own few lines."""

import io
import json
import pickletools
import zipfile
from pathlib import Path

from spacy.cli.package import TEMPLATE_INIT

# Text, arrays and messages of msgpack, none of which runs when it is read.
SUFFIXES = {".cfg", ".json", ".md", ".txt", ".bin"}
NAMELESS = {"cfg", "model", "tokenizer", "key2row", "vectors"}
OF_PACKAGES = {"METADATA", "RECORD", "WHEEL", "LICENSE"}
ARRAY = b"\x93NUMPY"
OBJECTS = b"'descr': '|O'"


def find_strange(wheel: Path) -> dict[str, str]:
    """Find what a wheel should not hold, and why not.

    wheel (Path): The wheel.
    RETURNS (dict[str, str]): Reasons by file; nothing of a wheel that is in order.
    """
    found = {}
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            path, content = Path(name), archive.read(name)
            if path.name == "__init__.py":
                if content.decode("utf8") != TEMPLATE_INIT.format(imports=""):
                    found[name] = "is not what spaCy writes"
            elif path.suffix not in SUFFIXES and path.name not in NAMELESS | OF_PACKAGES:
                found[name] = "is of no known kind"
            elif is_pickle(content):
                found[name] = "is a pickle"
    return found


def is_pickle(content: bytes) -> bool:
    """Tell whether bytes are a pickle, or an archive or array that may hold one."""
    if content.startswith(ARRAY) and OBJECTS in content[:256]:
        return True
    if zipfile.is_zipfile(io.BytesIO(content)):
        return True
    try:
        json.loads(content)
        return False
    except ValueError:
        pass
    try:
        *_, (_, _, last) = pickletools.genops(content)
    except Exception:
        return False
    return 0 < last == len(content) - 1
