"""Messages about work that is cut into shards."""


class ShardingErrors:
    """Errors of work that is cut into shards."""

    C630 = (
        "--part is {value!r}, expected i/n, the i-th of n parts, such as 2/8. Give each of n runs "
        "another i from 1 to n."
    )
    C631 = (
        "A worker has ended while shard {shard} was made: it was killed, most often since memory "
        "ran out. Run the same command again, which goes on where it was, with fewer --processes "
        "or a smaller --batch-size."
    )
    C632 = (
        "--engine ray needs the package ray, which is not there ({error}). Run: "
        'pip install "spacy-concner[ray]"'
    )
    C633 = (
        "Ray cannot be used: {error}. Give --address of a cluster that runs, or leave it out, and "
        "RAY_ADDRESS unset, to start one on this machine."
    )
    C634 = "--address is for --engine ray, and the engine is {engine}. Leave it out, or name ray."


class ShardingWarnings:
    """Warnings of work that is cut into shards."""

    W630 = (
        "Ray has given nothing back for {seconds:.0f} seconds. Actors that are asked for: {n}; "
        "{resource}s of the cluster: {total:g}, of which free: {free:g}. Others may have them, or "
        "a shard takes long. This goes on waiting; Ctrl-C ends it, and the same command goes on "
        "where it was, with --processes for fewer actors."
    )
