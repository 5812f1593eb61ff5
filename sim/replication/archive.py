"""ZIP files from others: extracted within limits, and never out of their folder."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from sim.core.errors import ParleyError, one_line
from sim.results.reader import open_regular

MOST_ENTRIES = 110_000
"""The most files of an archive; a sweep has at most 100,000 parts."""
MOST_BYTES = 16 * 2**30
"""The most bytes of an archive when extracted."""
MOST_RATIO = 200
"""The most bytes extracted from one byte of an entry, where it is larger than `FREE`."""
FREE = 1 << 20
"""Bytes of an entry whatever its ratio: short texts compress well."""
MOST_NAME = 240
"""The longest name of an entry."""
_BLOCK = 1 << 20
_FORBIDDEN = set('\\:*?"<>|')
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError,
    LookupError, OverflowError, MemoryError,
)  # fmt: skip


def extract_archive(path: Path, folder: Path) -> list[str]:
    """Extract a ZIP file into a new folder.

    Parameters
    ----------
    path : Path
        The archive.
    folder : Path
        Created.

    Returns
    -------
    list of str
        Names of the files, relative to the folder.

    Raises
    ------
    ParleyError
        It is not a ZIP file, it is damaged, it exceeds a limit, or an entry is a link or leads out of the folder.
    """
    with open_regular(path, None) as stream:
        try:
            with zipfile.ZipFile(stream) as archive:
                entries = [entry for entry in archive.infolist() if not entry.is_dir()]
                _check_entries(path, entries)
                for entry in entries:
                    _extract_entry(path, archive, entry, folder)
        except _DAMAGE as error:
            raise ParleyError(one_line(f"{path} is not an intact ZIP file: {error}")[:500]) from None
    return [entry.filename for entry in entries]


def _check_entries(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive by what it says about its entries. Raises ParleyError."""
    if len(entries) > MOST_ENTRIES:
        raise ParleyError(f"{path} holds {len(entries):,} files; at most {MOST_ENTRIES:,} are read")
    total = sum(entry.file_size for entry in entries)
    if total > MOST_BYTES:
        raise ParleyError(f"{path} holds {total:,} bytes when extracted; at most {MOST_BYTES:,} are read")
    names: set[str] = set()
    for entry in entries:
        _check_entry(path, entry)
        name = entry.filename.casefold()
        if name in names:
            raise ParleyError(one_line(f"{path} holds `{entry.filename}` twice"))
        names.add(name)
    for name in names:  # a file may not be the folder of another
        if any(parent.as_posix() in names for parent in PurePosixPath(name).parents):
            raise ParleyError(one_line(f"{path} holds a file inside the file of another name: `{name}`"))


def _check_entry(path: Path, entry: zipfile.ZipInfo) -> None:
    """Refuse an entry that leads elsewhere, is a link, is encrypted or grows too much. Raises ParleyError."""
    name = entry.filename
    steps = name.split("/")
    forbidden = any(letter in _FORBIDDEN or ord(letter) < 32 for letter in name)
    if not name or len(name) > MOST_NAME or forbidden or any(step in ("", ".", "..") for step in steps):
        raise ParleyError(one_line(f"{path}: `{name[:80]}` is not a valid name of a file inside the package"))
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise ParleyError(one_line(f"{path}: `{name}` is a link or another special file"))
    if entry.flag_bits & 1:
        raise ParleyError(one_line(f"{path}: `{name}` is encrypted"))
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ParleyError(one_line(f"{path}: `{name}` is compressed in a way that is not read"))
    if entry.file_size > FREE and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
        raise ParleyError(one_line(f"{path}: `{name}` grows by more than {MOST_RATIO} times when extracted"))


def _extract_entry(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    """Extract one entry; no more bytes than it announced are written. Raises ParleyError."""
    target = folder / entry.filename
    target.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with archive.open(entry) as source, target.open("xb") as file:
        while block := source.read(_BLOCK):
            size += len(block)
            if size > entry.file_size:
                raise ParleyError(one_line(f"{path}: `{entry.filename}` is larger than announced"))
            file.write(block)
    if size != entry.file_size:
        raise ParleyError(one_line(f"{path}: `{entry.filename}` is shorter than announced"))
