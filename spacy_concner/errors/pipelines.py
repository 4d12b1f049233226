"""Messages about loading pipelines."""


class PipelinesErrors:
    """Errors of loading pipelines."""

    C510 = (
        "Pipeline {path} has no '{factory}' component, only {pipes}. Give a pipeline that was "
        "trained with one."
    )
    C515 = (
        "{what} {path} cannot be loaded: {error}. Give the folder of a trained pipeline (such as "
        "training/bg/model-last) or the name of an installed package."
    )
