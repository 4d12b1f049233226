"""Messages about training in several processes."""


class DistributedErrors:
    """Errors of training in several processes, each of them a rank."""

    C660 = (
        "Rank {rank} of {size} cannot go on, for another one has ended: {reason}. The output "
        "folder keeps model-best and model-last as of the last evaluation before. Mend what the "
        "other rank tells and start all of them again; one without a message was killed, most "
        "often since memory ran out: lower [training.batcher] size."
    )
    C661 = (
        "Rank {rank} of {size} finds no others at {address}: {reason}. Start all of them by "
        "torchrun within {minutes} minutes, with the same --master-addr and --master-port on "
        "every machine, and let no firewall stand between them."
    )
    C662 = (
        "[corpora.{name}] reads by {reader}, so that {size} ranks would train on the same text. "
        'Set @readers = "spacy-concner.DistributedCorpus.v1" and put what stands there now into '
        "[corpora.{name}.corpus]."
    )
    C663 = (
        "[corpora] gives each of {size} ranks its part, but [training.optimizer] adds up no "
        'gradients of ranks. Set @optimizers = "spacy-concner.DistributedAdam.v1" there, or train '
        "without torchrun."
    )
    C664 = (
        "Rank {rank} of {size} has no document to train on: the corpus is too small for so many. "
        "Start fewer processes (--nproc-per-node, --nnodes)."
    )
    C665 = (
        "The pipelines of rank 0 and rank {rank} differ: {difference}. All ranks need the same "
        "config, the same corpora and the same versions of all packages; labels are read from "
        "[corpora] when the pipeline is initialised."
    )
    C666 = (
        "Ranks {ranks} have no processor of their own: all are on {device} of {machine}. Give each "
        "its GPU with --gpu-id '${{local_rank}}', in single quotes, which torchrun fills in; "
        "without GPUs leave --gpu-id out."
    )
    C667 = (
        "A training on {size} ranks keeps no checkpoint: [training.before_update] path is {path}. "
        "Set it to null, or train in one process."
    )
    C668 = (
        "The training has diverged: the gradient of {weight}, added up over all ranks, is not a "
        "number at step {step}. Lower the learning rate "
        "(--training.optimizer.learn_rate.initial_rate), by ten at first. The output folder keeps "
        "model-best and model-last as of the last evaluation before."
    )
    C669 = (
        "spacy-concner.DistributedAdam.v1 was asked to change weights by gradients of one rank "
        "alone. In several processes it works within spacy train only; in a loop of your own take "
        "Adam.v1 and torch.distributed."
    )
    C670 = "{setting} is {value}, expected a number above 0."
    C671 = (
        "Rank {rank} of {size} was told to end (SIGTERM), and did so between two steps. The output "
        "folder keeps model-best and model-last as of the last evaluation before."
    )
    C672 = (
        "Training in several processes needs torch, which is not there ({error}). Run: "
        'pip install "spacy-concner[train]"'
    )
