"""Messages about the command line."""


class CliErrors:
    """Errors of the command line."""

    C521 = "{option} got {value!r}, expected {option} {form}."
    C522 = (
        "{option} names {name!r} twice: {first} and {second}. Give each a name of its own, or one "
        "folder that holds both."
    )
    C551 = "{option} got {value!r}, expected {expected}."
    C549 = (
        "GPU {gpu_id} cannot be used: {error}. Install CuPy for your CUDA, such as pip install "
        "cupy-cuda12x, or leave --gpu-id out to run on the CPU."
    )
    C550 = (
        "This needs the package {package}, which is not there ({error}). Run: "
        'pip install "spacy-concner[train]"'
    )
