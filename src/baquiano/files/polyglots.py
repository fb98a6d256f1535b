"""A file that is two things at once: what we read as a PDF, another program may open as an archive or as a web page."""

import re

_END_OF_ARCHIVE = b"PK\x05\x06"
_COMMENT_AT_MOST = 65_535 + 22

# A local header of a ZIP: the version it needs, its flags, its method. Four bytes alone would turn up by chance in large files.
_ENTRY_OF_ARCHIVE = re.compile(
    rb"PK\x03\x04[\x0a-\x3f][\x00-\x03]..[\x00\x08\x09\x0c\x0e\x5d\x5f\x62\x63]\x00", re.DOTALL
)
_RAR_OR_7Z = re.compile(rb"Rar!\x1a\x07[\x00\x01]|7z\xbc\xaf\x27\x1c\x00[\x02-\x04]")
_PAGE_OR_PROGRAM = re.compile(
    rb"<!doctype\s+html|<html[\s>]|<script[\s>]|<iframe[\s>]|<svg[\s>]|<\?php\s|<body[\s>]|<object[\s>]|<embed[\s>]",
    re.IGNORECASE,
)


def is_also_something_else(data: bytes) -> bool:
    return is_also_an_archive(data) or is_also_a_page(data)


def is_also_an_archive(data: bytes) -> bool:
    return bool(_ENTRY_OF_ARCHIVE.search(data) or _RAR_OR_7Z.search(data)) or _ends_as_archive(data)


def is_also_a_page(data: bytes) -> bool:
    return bool(_PAGE_OR_PROGRAM.search(data))


def _ends_as_archive(data: bytes) -> bool:
    """An empty archive has no entry, only its end."""
    at = data.rfind(_END_OF_ARCHIVE, max(0, len(data) - _COMMENT_AT_MOST))
    if at < 0 or len(data) - at < 22:
        return False
    return data[at + 4 : at + 8] == bytes(4)  # the numbers of its disks
