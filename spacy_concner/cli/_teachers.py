"""Options of the verbs in which several pipelines teach: how what they say counts."""

import typer

MAP_LABELS = typer.Option(
    None,
    "--map-labels",
    help='JSON file for teachers with different labels: {"de": {"PERSON": "PER", "MISC": null}}; '
    '"*" for all teachers',
)
CONFIDENCE = typer.Option(
    [],
    "--confidence",
    help="NAME=NUMBER: probability of what a teacher without concner says, 0.9 without; scores of "
    "its entities come before it",
)
PARTIAL = typer.Option(
    [],
    "--partial",
    help="Name of a teacher, such as a word list, whose silence is no vote; give it once a teacher",
)
JOIN_LABELS = typer.Option(
    False,
    "--join-labels",
    help="Teachers may know different labels: the student learns all of them",
)
