"""Archives and books: read like folders and texts, and never more of them than there may be."""

import copy
import io
import lzma
import os
import random
import struct
import tarfile
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_importers import dropped, put, write

from analysis import corpus, importers
from analysis.importers import archives, docx, epub, formats, packed, tars, zips
from analysis.importers.found import Unreadable
from analysis.results import DiscourseError

TEXT = "De minister zei niets over de sancties."
PRESS = {"2019/a.txt": TEXT, "2020/a.txt": TEXT + " Nu.", "2020/b.txt": TEXT + " Straks."}


def zipped(files, compression=zipfile.ZIP_DEFLATED):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, content in dict(files).items():
            archive.writestr(name, content)
    return packed.getvalue()


def tarred(files, mode="w", form=tarfile.PAX_FORMAT):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode, format=form) as archive:
        for name, content in dict(files).items():
            raw = content if isinstance(content, bytes) else content.encode()
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            archive.addfile(info, io.BytesIO(raw))
    return packed.getvalue()


def zst(files):
    return pa.compress(tarred(files), codec="zstd", asbytes=True)


PACKS = {
    "press.zip": zipped,
    "press.tar": tarred,
    "press.tar.gz": lambda files: tarred(files, "w:gz"),
    "press.tgz": lambda files: tarred(files, "w:gz", tarfile.GNU_FORMAT),
    "press.tar.bz2": lambda files: tarred(files, "w:bz2"),
    "press.tar.xz": lambda files: tarred(files, "w:xz"),
    "press.tar.zst": zst,
}
each = pytest.mark.parametrize("name", PACKS)


def read(folder, name, files, **options):
    raw = files if isinstance(files, bytes) else PACKS[name](files)
    return importers.read(put(folder, name, raw), **options)


# --- an archive is a folder -------------------------------------------------------------------


@each
def test_an_archive_is_read_as_the_folder_it_would_unpack_to(tmp_path, name):
    long = "x" * 120 + "/" + "é" * 120 + ".txt"
    files = PRESS | {long: TEXT, "notes.md": "no", "__MACOSX/._a.txt": "x", ".hidden": "x"}
    found = read(tmp_path, name, files)
    folder = importers.read(write(tmp_path / "folder", files))
    assert set(found.rows["text"]) == set(folder.rows["text"])
    assert set(found.rows["file"]) == {f"{name}/{f}" for f in folder.rows["file"]}
    ids = dict(zip(found.rows["file"], found.rows["doc_id"], strict=True))
    assert ids[f"{name}/2019/a.txt"] == f"{name}/2019/a"
    assert ids[f"{name}/2020/b.txt"] == "b"
    assert dropped(found).keys() == {f"{name}/notes.md"}
    assert sorted(os.listdir(tmp_path)) == ["folder", name]


@each
def test_a_listing_in_an_archive_speaks_of_its_files(tmp_path, name):
    listing = "file,source\n2019\\a.txt,NOS\n2020/b.txt,AD\n../b.txt,X\ngone.txt,Y\nin.zip,Z\n"
    files = PRESS | {"in.zip": zipped({"a.txt": TEXT}), "metadata.csv": listing}
    for before in ("", "press/"):  # archives are often made of one folder
        found = read(tmp_path, name, {before + f: c for f, c in files.items()})
        assert dict(zip(found.rows["file"], found.rows["source"], strict=True)) == {
            f"{name}/{before}2019\\a.txt": "NOS", f"{name}/{before}2020/b.txt": "AD",
        }  # fmt: skip
        lost = {f.removeprefix(f"{name}/{before}"): why for f, why in dropped(found).items()}
        assert "not listed" in lost["2020/a.txt"]
        assert "outside" in lost["../b.txt"]
        assert "no such file" in lost["gone.txt"]
        assert "archive within an archive" in lost["in.zip"]


@pytest.mark.parametrize("kind", importers.TABLES)
@pytest.mark.parametrize("name", ["press.zip", "press.tar.gz"])
def test_an_archive_of_one_table_is_the_table(tmp_path, name, kind):
    frame = pd.DataFrame({"text": [TEXT, TEXT + " Nu."], "source": ["NOS", "AD"]})
    write = {
        ".csv": frame.to_csv, ".tsv": lambda f, index: frame.to_csv(f, index=index, sep="\t"),
        ".jsonl": lambda f, index: frame.to_json(f, orient="records", lines=True),
        ".json": lambda f, index: frame.to_json(f, orient="records"),
        ".parquet": frame.to_parquet, ".xlsx": frame.to_excel,
    }  # fmt: skip
    write[kind](tmp_path / f"t{kind}", index=False)
    files = {f"d/t{kind}": (tmp_path / f"t{kind}").read_bytes(), "README": "x"}
    found = read(tmp_path, name, files)
    assert found.rows[["doc_id", "text", "source", "file"]].to_numpy().tolist() == [
        ["row-1", TEXT, "NOS", f"{name}/d/t{kind}"],
        ["row-2", TEXT + " Nu.", "AD", f"{name}/d/t{kind}"],
    ]
    assert list(dropped(found)) == [f"{name}/README"]
    assert list(read(tmp_path, name, files, text="source").rows["text"]) == ["NOS", "AD"]


def test_archives_in_a_folder_are_folders_in_it(tmp_path):
    write(tmp_path, {
        "AD/x.txt": TEXT, "AD/old.zip": zipped({"y.txt": TEXT, "deep.tgz": "x"}),
        "NOS.tar.gz": tarred({"z.txt": TEXT}, "w:gz"), "table.zip": zipped({"t.csv": "text\nx\n"}),
        "bad.zip": b"PK\x03\x04", "none.tar": tarred({}),
    })  # fmt: skip
    found = importers.read(tmp_path, names="{source}/{title}")
    rows = found.rows.set_index("file")
    assert rows["source"].to_dict() == {
        "AD/old.zip/y.txt": "old", "AD/x.txt": "AD", "NOS.tar.gz/z.txt": "NOS",
    }  # fmt: skip
    lost = dropped(found)
    assert "archive within an archive" in lost["AD/old.zip/deep.tgz"]
    assert "a corpus of its own" in lost["table.zip/t.csv"]
    assert "cut off or damaged" in lost["bad.zip"]
    assert "no file" in lost["none.tar"]


def test_a_listing_beside_an_archive_speaks_of_all_in_it(tmp_path):
    files = {"a.zip": zipped(PRESS), "b.zip": zipped(PRESS), "c.txt": TEXT}
    write(tmp_path, files, "file,source\na.zip,NOS\nc.txt,AD\n")
    found = importers.read(tmp_path)
    assert list(found.rows["source"]) == ["NOS", "NOS", "NOS", "AD"]
    assert dropped(found) == {"b.zip": "not listed in metadata.csv"}


def test_an_archive_and_its_folder_are_one_corpus(tmp_path):
    files = {f"{i}.txt": f"{TEXT} {i} keer." for i in range(30)}
    files["metadata.csv"] = "file,source\n" + "".join(f"{i}.txt,s{i % 3}\n" for i in range(30))
    folder = corpus.load(write(tmp_path / "press", files))
    packed = corpus.load(put(tmp_path, "press.zip", zipped(files)))
    assert list(packed.documents["text"]) == list(folder.documents["text"])
    assert list(packed.documents["source"]) == list(folder.documents["source"])
    assert importers.size(tmp_path / "press.zip") == 5 * (tmp_path / "press.zip").stat().st_size


@pytest.mark.parametrize(
    ("files", "options", "said"),
    [
        ({}, {}, "is empty; name another"),
        ({"a.bin": "x"}, {}, "neither metadata.csv, nor texts"),
        ({"a.zip": zipped(PRESS)}, {}, "1 archives, which are not opened"),
        ({"a.csv": "text\nx\n", "b.csv": "text\nx\n"}, {}, "2 tables"),
        ({"a.csv": "text\nx\n"}, {"names": "{date}"}, "leave out --names"),
        ({"a.csv": "x\ny\n"}, {}, "no text column"),
        ({"a.csv": "text\nx\n"}, {"source": "krant"}, "'krant' is not in"),
        (PRESS, {"text": "x"}, "leave out --text"),
        (PRESS, {"source": "x"}, "'x' is not in the file names"),
        (PRESS | {"metadata.csv": "path\nx\n"}, {}, "no column 'file'"),
    ],
)
def test_an_archive_that_cannot_be_used_is_refused_in_a_sentence(tmp_path, files, options, said):
    for name in ("press.zip", "press.tar.gz"):
        with pytest.raises(DiscourseError, match=said):
            read(tmp_path, name, files, **options)


# --- names ------------------------------------------------------------------------------------

AWAY = [
    "../up.txt",
    "a/../../up.txt",
    "/etc/up.txt",
    "C:\\up.txt",
    "\\\\host\\up.txt",
    "..\\up.txt",
]


@pytest.mark.parametrize("name", ["press.zip", "press.tar"])
def test_names_that_lead_out_are_left_out(tmp_path, name):
    found = read(tmp_path, name, dict.fromkeys(AWAY, "secret") | {"a.txt": TEXT})
    assert list(found.rows["text"]) == [TEXT]
    assert set(dropped(found).values()) == {"its name leads out of the archive"}
    assert len(dropped(found)) == len(AWAY)


def test_names_in_any_encoding(tmp_path):
    raw = zipped({"\u00e9\u00e9n.txt": TEXT, "\u0444.txt": TEXT})
    plain = bytearray(raw)
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # clear the flag that says UTF-8
        start = -1
        while (start := plain.find(sign, start + 1)) >= 0:
            plain[start + at + 1] &= ~0x08
    assert set(read(tmp_path, "press.zip", bytes(plain)).rows["doc_id"]) == {"één", "ф"}
    dos = zipped({"XXn.txt": TEXT}).replace(b"XXn.txt", "één.txt".encode("cp437"))
    assert list(read(tmp_path, "press.zip", dos).rows["doc_id"]) == ["één"]
    lie = raw.replace("één".encode(), b"\xff\xff\xff\xffn")
    with pytest.raises(DiscourseError, match="not in UTF-8 as it says"):
        read(tmp_path, "press.zip", lie)
    west = tarred({"XXn.txt": TEXT}, form=tarfile.USTAR_FORMAT)
    west = with_sum(west.replace(b"XXn.txt", "één.txt".encode("cp1252"), 1))
    assert list(read(tmp_path, "press.tar", west).rows["doc_id"]) == ["één"]


def test_names_with_nul_or_without_end(tmp_path):
    nul = zipped({"aXb.txt": TEXT, "b.txt": TEXT}).replace(b"aXb.txt", b"a\0b.txt")
    assert list(dropped(read(tmp_path, "press.zip", nul)).values()) == [
        "its name holds a NUL character"
    ]
    long = read(tmp_path, "press.tar", {"d/" * 4000 + "a.txt": TEXT, "b.txt": TEXT})
    assert list(dropped(long).values()) == ["its name has more than 4,096 characters"]
    assert len(next(iter(dropped(long)))) < 300


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_of_two_files_with_one_name_the_last_is_read(tmp_path, kind):
    out = io.BytesIO()
    if kind == "zip":
        with pytest.warns(UserWarning), zipfile.ZipFile(out, "w") as archive:
            archive.writestr("a.txt", "Een.")
            archive.writestr("a.txt", "Twee.")
    else:
        out.write(tarred({"a.txt": "Een."})[:1024] + tarred({"./a.txt": "Twee."}))
    found = read(tmp_path, f"press.{kind}", out.getvalue())
    assert list(found.rows["text"]) == ["Twee."]
    assert "another file of this name" in dropped(found)[f"press.{kind}/a.txt"]


# --- what a member is -------------------------------------------------------------------------


def with_sum(block):
    """The same tar file with the checksum of its first header set right."""
    head = bytearray(block[:512])
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head) + block[512:]


def member(name, kind, size=0, content=b""):
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, size, "/etc/passwd"
    return info.tobuf(tarfile.GNU_FORMAT) + content + b"\0" * (-len(content) % 512)


def test_links_and_devices_are_not_followed(tmp_path):
    kinds = {
        "soft": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE, "chr": tarfile.CHRTYPE,
        "blk": tarfile.BLKTYPE, "fifo": tarfile.FIFOTYPE,
    }  # fmt: skip
    raw = b"".join(member(f"{name}.txt", kind) for name, kind in kinds.items())
    raw += member("sub", tarfile.DIRTYPE) + tarred({"a.txt": TEXT})
    found = read(tmp_path, "press.tar", raw)
    assert list(found.rows["text"]) == [TEXT]
    why = {Path(f).stem: reason for f, reason in dropped(found).items()}
    assert why.pop("soft") == why.pop("hard") == "a link is not followed"
    assert why == dict.fromkeys(["chr", "blk", "fifo"], "it is no plain file")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, mode in (("soft.txt", 0o120777), ("fifo.txt", 0o010644), ("a.txt", 0o100644)):
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, mode << 16
            archive.writestr(info, "/etc/passwd" if name != "a.txt" else TEXT)
    found = read(tmp_path, "press.zip", out.getvalue())
    assert list(found.rows["text"]) == [TEXT]
    assert list(dropped(found).values()) == ["a link is not followed", "it is no plain file"]


def test_files_with_holes_are_passed_over(tmp_path):
    old = bytearray(member("holes.txt", tarfile.GNUTYPE_SPARSE, 3, b"xyz"))
    old[482] = 1  # one more block of places
    old = with_sum(bytes(old[:512])) + b"\0" * 512 + bytes(old[512:])
    new = tarfile.TarInfo("new.txt")
    new.pax_headers, new.size = {"GNU.sparse.major": "1", "path": "renamed.txt"}, 3
    raw = old + new.tobuf(tarfile.PAX_FORMAT) + b"xyz".ljust(512, b"\0") + tarred({"a.txt": TEXT})
    found = read(tmp_path, "press.tar", raw)
    assert list(found.rows["text"]) == [TEXT]
    assert list(dropped(found)) == ["press.tar/holes.txt", "press.tar/renamed.txt"]
    assert all("holes" in why for why in dropped(found).values())


def changed(raw, field, value, *, name=b"b.txt", local=None):
    """A ZIP file with two bytes more or less of what its directory says of one member."""
    out = bytearray(raw)
    at = next(
        i
        for i in range(len(out))
        if out[i : i + 4] == b"PK\1\2" and name == out[i + 46 : i + 46 + 5]
    )
    out[at + field : at + field + len(value)] = value
    if local is not None:
        at = raw.index(b"PK\3\4", raw.index(name) - 30)
        out[at + local : at + local + len(value)] = value
    return bytes(out)


TWO = {"a.txt": TEXT, "b.txt": "b" * 500}
FAULTS = [
    ("encrypted", changed(zipped(TWO), 8, b"\1\0", local=6), "the file is encrypted"),
    ("strongly encrypted", changed(zipped(TWO), 8, b"\x41\0", local=6), "the file is encrypted"),
    ("bzip2", zipped(TWO, zipfile.ZIP_BZIP2), "its compression is not read here"),
    ("an unknown compression", changed(zipped(TWO), 10, b"\x61\0"), "its compression"),
    ("a wrong checksum", changed(zipped(TWO), 16, b"\0\0\0\0"), "damaged in the archive"),
    ("too small a size", changed(zipped(TWO), 24, b"\1\0\0\0"), "damaged in the archive"),
    ("an offset beyond the end", changed(zipped(TWO), 42, b"\xff\xff\xff\x7f"), "damaged in"),
    ("an offset into another", changed(zipped(TWO), 42, b"\3\0\0\0"), "damaged in the archive"),
    ("another name in its header", zipped(TWO).replace(b"b.txt", b"c.txt", 1), "damaged in the"),
    ("damage", zipped(TWO).replace(zlib.compress(b"b" * 500)[2:9], b"\xff" * 7), "damaged in the"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "said"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_bad_member_is_reported_and_the_rest_goes_on(tmp_path, raw, said):
    found = read(tmp_path, "press.zip", raw)
    lost = dropped(found)
    assert said in lost["press.zip/b.txt"]
    assert len(found.rows) + len(lost) == 2
    if len(lost) == 1:
        assert list(found.rows["text"]) == [TEXT]


def test_a_size_that_is_too_large_is_not_believed(tmp_path):
    raw = changed(zipped(TWO), 24, b"\xfe\xff\xff\xff")
    assert list(read(tmp_path, "press.zip", raw).rows["text"]) == [TEXT, "b" * 500]


def test_archives_cut_off_or_damaged_anywhere_never_break_the_reader(tmp_path):
    dice = random.Random(0)
    for name, pack in PACKS.items():
        whole = pack(PRESS | {"metadata.csv": "file\n2019/a.txt\n2020/b.txt\n"})
        place = tmp_path / name
        for _ in range(25):
            raw = bytearray(whole)
            for _ in range(dice.randrange(1, 12)):
                raw[dice.randrange(len(raw))] = dice.randrange(256)
            place.write_bytes(raw[: dice.randrange(len(raw) + 1)] if dice.random() < 0.6 else raw)
            try:
                found = importers.read(place)
            except DiscourseError as error:
                assert "\n" not in str(error) and len(str(error)) < 600
                continue
            assert len(found.rows) == found.report["kept"].sum()
            assert all(dropped(found).values())
    assert sorted(os.listdir(tmp_path)) == sorted(PACKS)


@settings(deadline=None, max_examples=40)
@given(st.binary(max_size=1200), st.sampled_from(sorted(PACKS)))
def test_random_bytes_are_no_archive(tmp_path_factory, raw, name):
    place = tmp_path_factory.mktemp("x") / name
    place.write_bytes(raw)
    with pytest.raises(DiscourseError):
        importers.read(place)


def test_a_tar_file_cut_off_gives_what_stands_before(tmp_path):
    raw = tarred({"a.txt": TEXT, "b.txt": "b " * 2000})
    found = read(tmp_path, "press.tar", raw[:3000])
    assert list(found.rows["text"]) == [TEXT]
    assert dropped(found) == {
        "press.tar/b.txt": "the archive is cut off within it",
        "press.tar": "the archive is cut off within it",
    }
    found = read(tmp_path, "press.tar", tarred({"a.txt": TEXT})[:1024] + b"x" * 1024)
    assert list(found.rows["text"]) == [TEXT]
    assert "what follows is lost" in dropped(found)["press.tar"]
    bad = bytearray(PACKS["press.tar.gz"]({"a.txt": TEXT}))
    bad[-6] ^= 1  # the checksum of all of it
    assert "damaged" in dropped(read(tmp_path, "press.tar.gz", bytes(bad)))["press.tar.gz"]


HEADERS = [
    ("a size below zero", b"\xff" * 12),
    ("a size of eight exabytes", b"\x80" + b"\0" * 3 + b"\x7f" + b"\0" * 7),
    ("a size in no number", b"abcdefghijk\0"),
]


@pytest.mark.parametrize("size", [h[1] for h in HEADERS], ids=[h[0] for h in HEADERS])
def test_a_tar_header_that_lies_ends_the_archive(tmp_path, size):
    for kind in (tarfile.REGTYPE, tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME):
        head = bytearray(member("b.txt", kind))
        head[124:136] = size
        raw = tarred({"a.txt": TEXT})[:1024] + with_sum(bytes(head)) + b"x" * 4096
        found = read(tmp_path, "press.tar", raw)
        assert list(found.rows["text"]) == [TEXT]
        assert dropped(found)["press.tar"]


@pytest.mark.parametrize(
    "said", [b"9" * 100_000, b"0 path=a\n", b"99 path=a\n", b"x path=a\n", b"30 size=" + b"9" * 30]
)
def test_what_a_pax_header_says_is_checked(tmp_path, said):
    raw = member("x", tarfile.XHDTYPE, len(said), said) + tarred({"a.txt": TEXT})
    with pytest.raises(DiscourseError, match="cut off or damaged"):
        read(tmp_path, "press.tar", raw)


# --- bombs ------------------------------------------------------------------------------------


@pytest.fixture
def small(monkeypatch):
    """Limits that tests reach at once."""
    monkeypatch.setattr(archives, "FLOOR", 200_000)
    monkeypatch.setattr(archives, "RATIO", 1)


@each
def test_an_archive_gives_no_more_than_it_may(tmp_path, small, name):
    files = {f"{i}.txt": f"{TEXT} {i}" for i in range(9)} | {"z.txt": "a " * 300_000}
    found = read(tmp_path, name, files)
    if name == "press.tar":  # Not compressed, so there is nothing to unfold.
        assert len(found.rows) == 10
        return
    assert len(found.rows) == 9
    assert "unfolds to more than" in dropped(found)[f"{name}/z.txt"]


@pytest.mark.parametrize("name", ["press.zip", "press.tar.gz"])
def test_a_table_in_an_archive_gives_no_more_than_it_may(tmp_path, small, name):
    with pytest.raises(DiscourseError, match="unfolds to more than"):
        read(tmp_path, name, {"t.csv": "text\n" + "a b " * 200_000})


def test_archives_within_archives_cost_nothing(tmp_path):
    inner = zipped({"a.txt": "0" * 3_000_000})
    for _ in range(4):
        inner = zipped({f"{i}.zip": inner for i in range(8)})
    tracemalloc.start()
    found = read(tmp_path, "press.zip", zipped({"a.txt": TEXT, "b.zip": inner}))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "within an archive" in dropped(found)["press.zip/b.zip"]
    assert peak < 2_000_000


def test_members_that_share_their_bytes_are_left_out(tmp_path):
    content, name = TEXT.encode(), b"b.txt"
    kernel = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 33, zlib.crc32(content), 0, 0, 5, 0)
    squeezed = zlib.compress(content)[2:-4]
    kernel = kernel[:18] + struct.pack("<2L", len(squeezed), len(content)) + kernel[26:] + name
    # The first quotes the header of the second, and goes on with its bytes.
    quote = b"\0" + struct.pack("<2H", len(kernel), len(kernel) ^ 0xFFFF) + kernel
    full = kernel + content
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("a.txt")
        head = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 33, zlib.crc32(full),
                           len(quote) + len(squeezed), len(full), 5, 0) + b"a.txt"  # fmt: skip
        out.write(head + quote + squeezed)
        info.compress_type, info.CRC, info.header_offset = 8, zlib.crc32(full), 0
        info.compress_size, info.file_size = len(quote) + len(squeezed), len(full)
        second = copy.copy(info)
        second.filename = second.orig_filename = "b.txt"
        second.CRC, second.header_offset = zlib.crc32(content), len(head) + 5
        second.compress_size, second.file_size = len(squeezed), len(content)
        archive.filelist += [info, second]
        archive._didModify, archive.start_dir = True, out.tell()
    with zipfile.ZipFile(out) as archive:
        assert archive.infolist()[1].file_size == len(content)
    found = read(tmp_path, "press.zip", out.getvalue())
    assert list(found.rows["text"]) == [TEXT]
    assert "another file too (a bomb?)" in dropped(found)["press.zip/a.txt"]


def test_no_more_files_are_listed_than_there_may_be(tmp_path, monkeypatch):
    for room in (archives, zips, tars):
        monkeypatch.setattr(room, "MOST_FILES", 3)
    for name in ("press.zip", "press.tar"):
        found = read(tmp_path, name, {f"{i}.txt": f"{TEXT} {i}" for i in range(9)})
        assert len(found.rows) == 3
        assert "3 are read" in dropped(found)[name]
    monkeypatch.setattr(zips, "DIRECTORY", 100)
    with pytest.raises(DiscourseError, match="lists more than 3 files"):
        read(tmp_path, "press.zip", {f"{i}.txt": TEXT for i in range(9)})


def test_one_file_in_an_archive_has_a_largest_size_too(tmp_path, monkeypatch):
    monkeypatch.setattr(formats, "LARGEST", 1_000)
    found = read(tmp_path, "press.zip", {"a.txt": TEXT, "b.txt": "b " * 1000})
    assert "unfolds to more than" in dropped(found)["press.zip/b.txt"]
    write(tmp_path / "folder", {"a.txt": TEXT, "b.txt": "b " * 1000})
    assert "part it" in dropped(importers.read(tmp_path / "folder"))["b.txt"]


def test_xz_may_not_ask_for_gigabytes(tmp_path, monkeypatch):
    monkeypatch.setattr(tars, "_MEMORY", 2**22)
    raw = tarred({"a.txt": TEXT})
    greedy = lzma.compress(raw, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 2**24}])
    with pytest.raises(DiscourseError, match="cut off or damaged"):
        read(tmp_path, "press.tar.xz", greedy)
    modest = [{"id": lzma.FILTER_LZMA2, "dict_size": 2**16}]
    twice = b"\0\0\0\0".join(lzma.compress(half, filters=modest) for half in (raw[:700], raw[700:]))
    assert list(read(tmp_path, "press.tar.xz", twice).rows["text"]) == [TEXT]


def test_an_office_file_unfolds_no_further_than_it_says(tmp_path):
    """A member that says it is short is unfolded whole by the library, unless somebody counts."""
    raw = zipped({"word/document.xml": b" " * 30_000_000, "b.txt": "x"})
    lie = bytearray(raw)
    for sign, at in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        place = raw.index(sign) + at
        lie[place : place + 4] = struct.pack("<L", 1000)
    tracemalloc.start()
    with pytest.raises(Unreadable, match="damaged"):
        formats.office(bytes(lie))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000
    with pytest.raises(Unreadable, match="its compression is not read"):
        formats.office(zipped({"word/document.xml": "x"}, zipfile.ZIP_BZIP2))
    with pytest.raises(Unreadable, match=r"damaged or not a \.docx"):
        docx.read(formats.office(zipped({"word/document.xml": "x"})).getvalue(), "a.docx")


def test_what_changes_while_it_is_read_is_reported(tmp_path):
    place = put(tmp_path, "press.zip", zipped(PRESS))
    found = packed.batches(place, {}, None)
    place.write_bytes(b"PK")
    changed = next(found)
    assert changed.rows.empty and len(dropped(changed)) == 3


# --- books ------------------------------------------------------------------------------------

XHTML = '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">'
CONTAINER = """<?xml version="1.0"?><container version="1.0"
xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="OEBPS/a%20book.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>"""
PACKAGE = """<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">
<dc:title>De dijk</dc:title><dc:creator>Griet Hofstra</dc:creator><dc:creator>Bo Li</dc:creator>
<dc:language>nl-NL</dc:language><dc:date opf:event="modification">2022-01-01</dc:date>
<dc:date>2019-05-03</dc:date><dc:publisher>Uitgeverij Zand</dc:publisher></metadata><manifest>
<item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="b" href="text/two%20b.xhtml#top" media-type="application/xhtml+xml"/>
<item id="a" href="text/one.xhtml" media-type="application/xhtml+xml"/>
<item id="x" href="text/x.xhtml" media-type="application/xhtml+xml"/>
<item id="p" href="p.png" media-type="image/png"/>
<item id="o" href="../../out.xhtml" media-type="application/xhtml+xml"/></manifest>
<spine><itemref idref="n"/><itemref idref="a"/><itemref idref="b"/><itemref idref="a"/>
<itemref idref="x" linear="no"/>{more}</spine></package>"""
ONE = f"""<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd">
{XHTML}<head><title/><script/></head><body><h1>Eén</h1><p>Het was&nbsp;&eacute;&eacute;n dag<a
epub:type="noteref" href="#n">1</a>.</p><aside epub:type="footnote" id="n"><p>Een noot.</p></aside>
<span epub:type="pagebreak">17</span><p>Toen
niet meer.</p></body></html>"""
TWO_B = f"{XHTML}<head><title/></head><body><h1>Twee</h1><p>En <br>toen & <i>niets</i>.</p></html>"


def book(more="", **changed):
    parts = {
        "mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER,
        "OEBPS/a book.opf": PACKAGE.format(more=more), "OEBPS/nav.xhtml": f"{XHTML}Inhoud</html>",
        "OEBPS/text/one.xhtml": ONE, "OEBPS/text/two b.xhtml": TWO_B,
        "OEBPS/text/x.xhtml": f"{XHTML}<body><p>Terzijde.</p></body></html>",
    }  # fmt: skip
    return zipped({k: v for k, v in (parts | changed).items() if v is not None})


def test_a_book_is_one_document_in_the_order_of_reading(tmp_path):
    more = '<itemref idref="p"/><itemref idref="o"/><itemref idref="gone"/>'
    found = importers.read(put(tmp_path, "dijk.epub", book(more)))
    row = found.rows.iloc[0]
    assert row["text"] == "Eén\nHet was één dag.\nToen niet meer.\nTwee\nEn\ntoen & niets."
    assert row[["doc_id", "title", "byline", "language", "date", "publisher"]].tolist() == [
        "dijk", "De dijk", "Griet Hofstra; Bo Li", "nl", "2019-05-03", "Uitgeverij Zand",
    ]  # fmt: skip
    told = found.report["problems"][0].split("; ")
    assert told == [
        "OEBPS/p.png is no text", "'o' is in no file of the book",
        "'gone' is in no file of the book",
        "parts beside the order of reading left out: 1", "notes left out: 1",
    ]  # fmt: skip
    inside = read(tmp_path, "press.zip", {"books/dijk.epub": book()})
    assert list(inside.rows["text"]) == [row["text"]]


ENCRYPTION = """<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"
xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData>
<enc:EncryptionMethod Algorithm="{}"/><enc:CipherData><enc:CipherReference
URI="OEBPS/text/one.xhtml"/></enc:CipherData></enc:EncryptedData></encryption>"""
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
BOOKS = [
    ("protected", {"META-INF/encryption.xml": ENCRYPTION.format("x#aes128-cbc")}, "(DRM)"),
    ("no container", {"META-INF/container.xml": None}, "has no 'META-INF/container.xml'"),
    ("an empty container", {"META-INF/container.xml": "<container/>"}, "what it is made of"),
    ("a broken container", {"META-INF/container.xml": "<container>"}, "not well-formed"),
    ("no package", {"OEBPS/a book.opf": None}, "has no 'OEBPS/a book.opf'"),
    ("a package with entities", {"OEBPS/a book.opf": f"{BOMB}<x/>"}, "declares entities"),
    ("nothing to read", {"OEBPS/a book.opf": "<package/>"}, "holds no text"),
]


@pytest.mark.parametrize(("changed", "said"), [b[1:] for b in BOOKS], ids=[b[0] for b in BOOKS])
def test_a_book_that_cannot_be_read_says_why(changed, said):
    with pytest.raises(Unreadable) as error:
        formats.documents(book(**changed), "a.epub")
    assert said in str(error.value)


def test_a_book_is_read_as_far_as_it_can_be(monkeypatch):
    fonts = {"META-INF/encryption.xml": ENCRYPTION.format("http://www.idpf.org/2008/embedding")}
    assert formats.documents(book(**fonts), "a.epub") == formats.documents(book(), "a.epub")
    (found,) = formats.documents(book(**{"OEBPS/text/one.xhtml": None}), "a.epub")
    assert found.text == "Twee\nEn\ntoen & niets."
    assert any("has no 'OEBPS/text/one.xhtml'" in p for p in found.problems)
    (found,) = formats.documents(book(**{"OEBPS/text/one.xhtml": BOMB + "<p>&b;ja</p>"}), "a.epub")
    assert "aaaa" not in found.text
    monkeypatch.setattr(formats, "MARKUP", 6_000)
    (found,) = formats.documents(book(**{"OEBPS/text/one.xhtml": " " * 9_000}), "a.epub")
    assert found.text == "Twee\nEn\ntoen & niets."
    assert any("unfolds to more than" in p for p in found.problems)


def test_damaged_books_never_break_the_reader():
    dice, whole = random.Random(0), book()
    for _ in range(60):
        raw = bytearray(whole)
        for _ in range(dice.randrange(1, 20)):
            raw[dice.randrange(len(raw))] = dice.randrange(256)
        try:
            found = epub.read(
                bytes(raw[: dice.randrange(len(raw))] if dice.random() < 0.3 else raw), ""
            )
        except Unreadable as error:
            assert "\n" not in str(error)
        else:
            assert len(found) == 1
