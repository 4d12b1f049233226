"""Messages about loading pipelines."""


class PipelinesErrors:
    """Errors of loading pipelines."""

    C510 = (
        "Pipeline {path} has no 'concner' component, only {pipes}. Give a pipeline that was "
        "trained with one."
    )
    C515 = (
        "Pipeline {path} cannot be loaded: {error}. Give the folder of a trained pipeline or the "
        "name of an installed package."
    )
