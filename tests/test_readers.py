"""Bytes to saved pages: content decides the form, encodings are checked, nothing vanishes."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest

from toolkit.readers import MAX_BYTES, Problem, SavedPage, read_file
from toolkit.readers.decode import decode_page
from toolkit.readers.name import find_capture_time
from toolkit.readers.sniff import find_container, find_table_form, is_html

KOREAN = "시장은 월요일에 새 다리를 열었다. 공사는 사 년이 걸렸고 주민들은 오래 기다렸다. " * 8
JAPANESE = "市長は月曜日に新しい橋を開通させた。工事には四年かかり、住民は長く待っていた。" * 8
CHINESE = "市长星期一宣布新桥通车。工程历时四年，居民等待已久，学校和商店都感到高兴。" * 8
FRENCH = "Le maire a inauguré lundi le nouveau pont. L'été dernier, les travaux étaient déjà achevés. " * 8
RUSSIAN = "Мэр открыл в понедельник новый мост. Работы длились четыре года, жители долго ждали. " * 8


def page(text: str, charset: str | None) -> str:
    meta = f'<meta charset="{charset}">' if charset else ""
    return f"<!doctype html><html><head>{meta}<title>x</title></head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize(
    ("text", "encoding", "declared", "expected"),
    [
        (KOREAN, "euc-kr", "euc-kr", "cp949"),
        (KOREAN, "euc-kr", "utf-8", "cp949"),
        (KOREAN, "euc-kr", "iso-8859-1", "cp949"),
        (KOREAN, "euc-kr", None, "cp949"),
        (JAPANESE, "shift_jis", "shift_jis", "cp932"),
        (JAPANESE, "shift_jis", "utf-8", "cp932"),
        (JAPANESE, "euc_jp", "shift_jis", "euc_jp"),
        (JAPANESE, "iso2022_jp", "iso-2022-jp", "iso2022_jp"),
        (CHINESE, "gb18030", "gb2312", "gb18030"),
        (CHINESE, "gb18030", None, "gb18030"),
        (FRENCH, "cp1252", "iso-8859-1", "cp1252"),
        (FRENCH, "cp1252", "utf-8", "cp1252"),
        (FRENCH, "utf-8", "iso-8859-1", "utf-8"),
        (RUSSIAN, "cp1251", "windows-1251", "cp1251"),
        (RUSSIAN, "cp1251", "iso-8859-1", "cp1251"),
        (KOREAN, "utf-16", None, "utf-16-le"),
    ],
)
def test_decode_page_reads_right_when_declaration_is_right_wrong_or_absent(
    text, encoding, declared, expected
):
    decoded = decode_page(page(text, declared).encode(encoding))
    assert text in decoded.text
    assert (decoded.encoding, decoded.bad) == (expected, 0)


def test_decode_page_keeps_utf8_when_one_byte_is_stray():
    data = page(FRENCH, "utf-8").encode() + b"\xff"
    decoded = decode_page(data)
    assert (decoded.encoding, decoded.bad) == ("utf-8", 1)


def test_decode_page_counts_what_fits_nothing():
    decoded = decode_page(b"\xef\xbb\xbfab\xff\xfecd")
    assert decoded.text == "ab\ufffd\ufffdcd"
    assert decoded.bad == 2


@pytest.mark.parametrize(
    ("data", "container"),
    [
        (b"\x1f\x8b\x08", "gzip"),
        (b"%PDF-1.7", "pdf"),
        (b"PK\x03\x04", "zip"),
        (b"WARC/1.0\r\n", "warc"),
        (b"\xff\xd8\xff\xe0JFIF", "image"),
        (bytes(range(32)) * 9, "binary"),
        (b"plain text\n", None),
        ("\ufeffüber".encode("utf-16-le"), None),
    ],
)
def test_find_container_tells_forms_by_their_first_bytes(data, container):
    assert find_container(data) == container


def test_is_html_says_no_when_text_only_mentions_tags():
    assert is_html("<!-- saved --><html><p>x")
    assert is_html("<div><p>a</p><p>b</p><p>c</p></div>")
    assert not is_html("Use a < b and c > d.\nThe <p> tag is for paragraphs.\n" * 20)


@pytest.mark.parametrize("text", ["<!---->" * 2000, "<?xml?>" + "<!-- a -->" * 400, "<!--" * 5000])
def test_sniffing_ends_in_time_when_a_file_is_all_comments(text):
    assert not is_html(text + "x")
    assert find_table_form(text + "x") is None


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ('{"a": 1}', "json"),
        ('{"a": 1}\n{"a": 2}\n', "json"),
        ("source,captured_at\na.html,2025-01-01\nb.html,2025-01-02\n", "csv"),
        ('<?xml version="1.0"?><rss version="2.0"></rss>', "feed"),
        ("[LATEST] Latest Stories\n\n  • One, two\n  • Three, four\n", None),
        ("A headline, with a comma\nAnother line, too, with two\nA third line\n", None),
    ],
)
def test_find_table_form_tells_data_from_pages(text, form):
    assert find_table_form(text) == form


def read(folder: Path, name: str, data: bytes) -> list[SavedPage | Problem]:
    path = folder / name
    path.write_bytes(data)
    return list(read_file(path, name))


def test_read_file_reads_gzip_whatever_its_name_says(tmp_path):
    data = page("Bridge opens", "utf-8").encode()
    (found,) = read(tmp_path, "page.html", gzip.compress(gzip.compress(data)))
    assert isinstance(found, SavedPage)
    assert found.is_html and "Bridge opens" in found.text
    (plain,) = read(tmp_path, "plain.dat", data)
    assert isinstance(plain, SavedPage) and plain.digest == found.digest


def squeeze(data: bytes) -> bytes:
    """Gzip without the time, so that both workers of a parallel run collect the same tests."""
    return gzip.compress(data, mtime=0)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (squeeze(b""), "empty"),
        (squeeze(random.Random(0).randbytes(4000))[:2000], "truncated"),
        (b"\x1f\x8b\x08\x00garbage that is no deflate stream", "corrupt"),
        (b"\xff\xd8\xff\xe0" + bytes(range(256)) * 9, "binary"),
        (b"%PDF-1.7 ...", "unsupported_format"),
        (b'{"a": 1}', "missing_columns"),
        (squeeze(squeeze(squeeze(squeeze(b"x")))), "nested_gzip"),
    ],
    ids=[
        *("nothing", "blank", "gzip_of_nothing", "cut_gzip", "broken_gzip", "image", "pdf", "json"),
        "gzip_in_gzip",
    ],
)
def test_read_file_gives_a_problem_and_no_page_when_input_is_bad(tmp_path, data, reason):
    (found,) = read(tmp_path, "bad.html", data)
    assert isinstance(found, Problem)
    assert found.reason == reason
    assert found.detail.endswith(".")


def test_read_file_stops_at_the_limit_when_gzip_is_a_bomb(tmp_path):
    (found,) = read(tmp_path, "bomb.gz", gzip.compress(b"\0" * (MAX_BYTES + 1), 9))
    assert isinstance(found, Problem)
    assert found.reason == "bomb"


def test_read_file_refuses_a_page_when_it_unpacks_to_more_than_the_limit(tmp_path):
    from toolkit.readers import Limits

    data = random.Random(0).randbytes(1001).hex().encode()
    for size, reason in ((2001, "too_large"), (2002, None)):
        path = tmp_path / "page.gz"
        path.write_bytes(gzip.compress(data))
        (found,) = read_file(path, "page.gz", limits=Limits(max_bytes=size))
        assert getattr(found, "reason", None) == reason


def test_read_file_gives_a_problem_when_file_is_gone(tmp_path):
    (found,) = read_file(tmp_path / "gone.html", "gone.html")
    assert isinstance(found, Problem)
    assert found.reason == "unreadable"


@pytest.mark.parametrize(
    ("name", "time", "precision"),
    [
        ("20250402101500.html", "2025-04-02T10:15:00+00:00", "second"),
        ("front_20250402.txt", "2025-04-02T00:00:00+00:00", "day"),
        ("2025-04-02T10-15-30 front.html", "2025-04-02T10:15:30+00:00", "second"),
        ("2025.04.02.html.gz", "2025-04-02T00:00:00+00:00", "day"),
    ],
)
def test_find_capture_time_reads_stamps_and_dates(name, time, precision):
    found = find_capture_time(name)
    assert found is not None
    assert (found[0].isoformat(), found[1]) == (time, precision)


@pytest.mark.parametrize("name", ["page.html", "p1234567890123456.html", "20251340.html", "2025-02-30.txt"])
def test_find_capture_time_is_none_when_name_has_no_date(name):
    assert find_capture_time(name) is None
