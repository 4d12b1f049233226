"""Messages about the files of stores such as S3."""


class RemoteErrors:
    """Errors of stores such as S3."""

    C680 = (
        "{option} {path} cannot be used: {reason}. Give a plain URL of one store, such as "
        "s3://bucket/folder."
    )
    C681 = (
        "{option} {path} needs a package that is not there ({error}). Run: pip install {packages}"
    )
    C682 = (
        "{path} is not there: {reason}. Look at the names of the bucket and the folder; buckets "
        "are not made."
    )
    C683 = (
        "{path} may not be read or written: {reason}. Give the credentials of the store in the "
        "way of its own tools, for S3 by aws configure or AWS_ACCESS_KEY_ID and "
        "AWS_SECRET_ACCESS_KEY, and look at what they allow."
    )
    C684 = (
        "{path} cannot be reached: {reason}. Look at the network and the address of the store, and "
        "run the same command again, which goes on where it was."
    )
    C685 = (
        "The store of {path} says: {reason}. If this may pass, run the same command again, which "
        "goes on where it was."
    )
    C686 = (
        "{option} {path} is a URL and was taken for a path of this disk. spacy concner apply alone "
        "reads and writes stores, and from Python takes URLs as text. Copy the files to a disk "
        "for all else."
    )
    C687 = "{option} {path} is all of a bucket. Name a folder in it: it need not be there."
    C688 = (
        "{option} {path} is in the memory of this process, which no other one sees. Take "
        "--processes 1 and --engine local, or another store."
    )
