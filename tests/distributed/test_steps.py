import threading

from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_concner.distributed.steps import in_step


class Meeting:
    """What lets threads tell each other the least of their numbers."""

    def __init__(self, size: int):
        self.barrier = threading.Barrier(size, timeout=10)
        self.numbers: dict[int, int] = {}

    def of(self, rank: int):
        def find_least(number: int) -> int:
            self.numbers[rank] = number
            self.barrier.wait()
            least = min(self.numbers.values())
            self.barrier.wait()
            return least

        return find_least


def take_steps(parts: list[list[list[str]]]) -> list[list[tuple[int, list]]]:
    """Give the steps of each rank, where each has a list of batches an epoch."""
    meeting = Meeting(len(parts))
    steps: list[list] = [[] for _ in parts]

    def run(rank: int) -> None:
        batches = [(epoch, [b]) for epoch, found in enumerate(parts[rank]) for b in found]
        steps[rank].extend(in_step(batches, meeting.of(rank)))

    threads = [threading.Thread(target=run, args=(rank,)) for rank in range(len(parts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return steps


def test_who_is_done_waits_for_the_end_of_the_epoch():
    first, second = take_steps([[["a"], ["b"]], [["c", "d", "e"], ["f"]]])
    assert first == [(0, ["a"]), (0, []), (0, []), (1, ["b"])]
    assert second == [(0, ["c"]), (0, ["d"]), (0, ["e"]), (1, ["f"])]


@settings(max_examples=30)
@given(
    st.integers(1, 3).flatmap(
        lambda epochs: st.lists(
            st.lists(st.lists(st.text(), max_size=4), min_size=epochs, max_size=epochs),
            min_size=1,
            max_size=3,
        )
    )
)
def test_all_take_as_many_steps_and_lose_no_batch(parts):
    steps = take_steps(parts)
    assert len({tuple(epoch for epoch, _ in own) for own in steps}) == 1
    for own, given_ in zip(steps, parts, strict=True):
        assert [b for _, batch in own for b in batch] == [b for found in given_ for b in found]
    longest = sum(max(len(part[epoch]) for part in parts) for epoch in range(len(parts[0])))
    assert all(len(own) == longest for own in steps)
