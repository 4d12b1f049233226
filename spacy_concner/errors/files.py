"""Messages about the files that a call reads and writes."""


class FilesErrors:
    """Errors of reading and writing files."""

    C059 = (
        "Cannot keep temporary files in {folder}: {reason}. Make room there, or set the "
        "environment variable TMPDIR to a folder with more, and run the same command again."
    )
    C128 = "{option} {path} is there already. Replace it with --force, or name another."
    C129 = "Cannot write {option} {path}: {reason}. Name another place."
    C407 = (
        "{option} {path} {relation} {other_option} {other}: one would be written over the other. "
        "Name another place for one of them."
    )
    C408 = (
        "{option} {path} {reason}, so it is not replaced, not even with --force. Name another, "
        "or remove it yourself."
    )
    C513 = (
        "{path} would be changed in place. Name another folder for the output, or allow the change "
        "with --force; an installed package is never changed."
    )
    C601 = "Another run is writing {option} {path}. Wait until it has ended, or name another place."
    C608 = (
        "{path} is unfinished: {verb} was stopped, or is still running. Run the same command "
        "again, which goes on where it was, and then this one."
    )
    C607 = (
        "{path} is not loaded: {file} {what} what {verb} wrote. Take the pipeline anew from where "
        "it came from. If it was changed on purpose, remove {marker}, which keeps the digests."
    )
    C602 = (
        "{path} lacks {n_missing} of the {n_files} files that were written to it, {example} among "
        "them. Make it again: {verb} with --force."
    )
    C603 = (
        "{path} has been locked by another program for {seconds} seconds. Wait until that has "
        "ended, or close it, and run the same command again: what is in the cache is kept."
    )
    C604 = (
        "Cannot keep a lock for {option} {path} in {folder}: {reason}. Set the environment "
        "variable TMPDIR to a folder that can be written to."
    )
