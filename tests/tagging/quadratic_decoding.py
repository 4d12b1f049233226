"""The decoder of 0.2.0: every label against every label, in time quadratic in the labels."""

import numpy as np

IMPOSSIBLE = -1e9


def transitions(labels: list[str], adjacency: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Give what each label may begin with and what may follow what: 0, or `IMPOSSIBLE`."""
    inside = np.array([label.startswith("I-") for label in labels])
    types = [label[2:] for label in labels]
    same = np.array([[a == b and a != "" for b in types] for a in types])
    start = np.where(inside, IMPOSSIBLE, 0.0)
    begin = np.array([label.startswith("B-") for label in labels])
    adjacent = np.where((begin | inside)[:, None] & begin[None, :], np.log(adjacency), 0.0)
    return start, np.where(inside[None, :] & ~same, IMPOSSIBLE, adjacent)


def viterbi(log_probs: np.ndarray, labels: list[str], adjacency: float = 1.0) -> np.ndarray:
    """Find the most probable valid sequence of labels: `(n_tokens,)` columns."""
    start, steps = transitions(labels, adjacency)
    scores = start + log_probs[0]
    previous = []
    for row in log_probs[1:]:
        paths = scores[:, None] + steps
        previous.append(paths.argmax(axis=0))
        scores = paths.max(axis=0) + row
    best = [int(scores.argmax())]
    for columns in reversed(previous):
        best.append(int(columns[best[-1]]))
    return np.array(best[::-1])


def decode(
    log_probs: np.ndarray, labels: list[str], adjacency: float = 1.0
) -> list[tuple[int, int, str, float]]:
    """Decode one sequence: start, end, type and probability of its entities."""
    n_tokens = len(log_probs)
    start, steps = transitions(labels, adjacency)
    before, after = np.empty_like(log_probs), np.zeros_like(log_probs)
    before[0] = start + log_probs[0]
    for row in range(1, n_tokens):
        paths = before[row - 1][:, None] + steps
        before[row] = log_probs[row] + np.logaddexp.reduce(paths, axis=0)
    for row in range(n_tokens - 1, 0, -1):
        after[row - 1] = np.logaddexp.reduce(steps + log_probs[row] + after[row], axis=1)
    total = np.logaddexp.reduce(before[-1])
    tags = [labels[column] for column in viterbi(log_probs, labels, adjacency)]
    # After an entity that has ended: inside tags are out, as at the start.
    ended = np.array([np.log(adjacency) if label.startswith("B-") else 0.0 for label in labels])
    entities = []
    for first, tag in enumerate(tags):
        if not tag.startswith("B-"):
            continue
        within = labels.index(f"I-{tag[2:]}")
        end = first + 1
        while end < n_tokens and tags[end] == labels[within]:
            end += 1
        score = before[first, labels.index(tag)] - total + log_probs[first + 1 : end, within].sum()
        if end < n_tokens:
            score += np.logaddexp.reduce(start + ended + log_probs[end] + after[end])
        entities.append((first, end, tag[2:], float(np.exp(min(score, 0.0)))))
    return entities
