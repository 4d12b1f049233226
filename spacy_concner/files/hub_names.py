"""Names that may be those of a file or folder, or of something on the hub."""

from pathlib import Path

# Where the project and the configs keep encoders: no organisation on the hub.
OWN_FOLDER = "encoders"


def is_path(source: str) -> bool:
    """Tell whether a name is surely that of a file or folder, for which the hub is not asked.

    source (str): Name such as "encoders/encoder" or "encoder", for those on the hub have one slash;
        "FacebookAI/xlm-roberta-base" may be both.
    """
    path = Path(source)
    first = path.parts[0] if path.parts else ""
    return (
        path.exists()
        or path.is_absolute()
        or source.startswith((".", "~"))
        or "\\" in source
        or len(path.parts) != 2
        or first == OWN_FOLDER
        or Path(first).is_dir()
    )
