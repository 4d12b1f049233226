"""Messages about the command line."""


class CliErrors:
    """Errors of the command line."""

    C549 = (
        "GPU {gpu_id} cannot be used: {error}. Install CuPy for your CUDA, such as pip install "
        "cupy-cuda12x, or leave --gpu-id out to run on the CPU."
    )
    C550 = (
        "This needs the package {package}, which is not there ({error}). Run: "
        'pip install "spacy-concner[train]"'
    )
