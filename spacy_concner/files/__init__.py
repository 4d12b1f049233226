"""Files of one call: its paths checked against each other, its outputs written whole or not at all.

A verb claims its paths before it reads anything at length (`claim`), and writes each output through
`whole_file` or `whole_folder`: beside its place first, then swapped in. What a killed run has left
is swept by the next run on the same output. A folder carries a marker that tells which verb made
it and of what files it consists: `--force` replaces nothing else.
"""

from .claims import Paths, check_apart, check_in_place, claim
from .hub_names import is_path
from .locks import PATIENCE, lock
from .marked import file_of_folder, unseal
from .outputs import File, Folder, Output, Store, is_doc_bin, is_page, json_line_with
from .reasons import show_reason
from .scratch import scratch_folder
from .whole import whole_file, whole_folder, write_whole

__all__ = [
    "PATIENCE",
    "File",
    "Folder",
    "Output",
    "Paths",
    "Store",
    "check_apart",
    "check_in_place",
    "claim",
    "file_of_folder",
    "is_doc_bin",
    "is_page",
    "is_path",
    "json_line_with",
    "lock",
    "scratch_folder",
    "show_reason",
    "unseal",
    "whole_file",
    "whole_folder",
    "write_whole",
]
