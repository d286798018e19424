"""Arrays kept on disk: Arrow files of one column, written whole or not at all, and mapped."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from analysis import places


def write(file: Path, table: pa.Table, *, durable: bool = True) -> None:
    """Write one Arrow file, whole or not at all; every column in one piece.

    ``durable`` as in :func:`analysis.places.new_file`.
    """
    with (
        places.new_file(file, durable=durable) as sink,
        pa.ipc.new_file(sink, table.schema) as out,
    ):
        out.write_table(table.combine_chunks())


def read(file: Path) -> pa.Table:
    """Map an Arrow file into memory.

    Raises
    ------
    FileNotFoundError, pyarrow.ArrowInvalid
        If there is none, or it was cut off.
    """
    with pa.memory_map(str(file)) as source:
        return pa.ipc.open_file(source).read_all()


def keep(file: Path, array: np.ndarray) -> np.ndarray:
    """Write an array as a file of its own and return it mapped, flat."""
    table = pa.table({file.stem: pa.array(np.ascontiguousarray(array).ravel())})
    write(file, table, durable=False)
    return mapped(file)


def mapped(file: Path) -> np.ndarray:
    """Map an array that :func:`keep` wrote, flat; raises what :func:`read` does."""
    column = read(file).column(0)
    if not column.num_chunks:
        return np.zeros(0, dtype=column.type.to_pandas_dtype())
    return column.chunk(0).to_numpy()
