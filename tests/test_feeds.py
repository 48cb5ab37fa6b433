"""RSS and Atom: one module of placements; attacks and damage end as problems."""

from __future__ import annotations

import pytest
from archives import digest, read, reasons_of

from toolkit.readers import StatedItem, StatedSnapshot

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>The Ledger: Latest</title><link>https://ledger.example/</link>
<atom:link rel="self" href="https://ledger.example/rss"/><language>en-GB</language>
<lastBuildDate>Wed, 02 Apr 2025 10:15:00 GMT</lastBuildDate>
<image><title>Logo</title></image>
<item><title>Ferry &amp;amp; bridge resume</title><link>https://ledger.example/1</link>
<description><![CDATA[<p>After <b>four</b> weeks.</p>]]></description><media:title>Photo</media:title></item>
<item><guid>https://ledger.example/2</guid><title><![CDATA[Tower <em>vote</em> delayed]]></title></item>
<item><description>No title</description></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Blatt</title>
<link rel="self" href="https://blatt.example/atom"/><link href="https://blatt.example/"/>
<updated>2025-04-02T10:15:00Z</updated>
<entry><title type="html">Br&amp;uuml;cke</title><link rel="enclosure" href="x.mp3"/>
<link rel="alternate" href="https://blatt.example/1"/><summary>Kurz.</summary><updated>2025-04-01T00:00:00Z</updated></entry>
</feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel><title>Old feed</title><link>https://old.example/</link></channel>
<item><title>Lanterns</title><link>https://old.example/1</link></item></rdf:RDF>"""


def test_read_file_makes_one_module_of_an_rss_feed():
    found = read(RSS.encode(), "feed-20250402103000.xml")
    (snapshot,) = [one for one in found if isinstance(one, StatedSnapshot)]
    assert snapshot.digest == digest(RSS.encode())
    assert (snapshot.source, snapshot.format) == ("feed-20250402103000.xml", "table")
    assert snapshot.article["url"] == "https://ledger.example/rss"
    assert (snapshot.article["site"], snapshot.article["language"]) == ("The Ledger: Latest", "en-GB")
    assert snapshot.article["modified_at"].isoformat() == "2025-04-02T10:15:00+00:00"
    assert (snapshot.captured_at.hour, snapshot.captured_from) == (10, "name")
    (module,) = snapshot.modules
    assert (module.label, module.kind) == ("The Ledger: Latest", "latest")
    assert module.items == (
        StatedItem("Ferry & bridge resume", 1, "https://ledger.example/1", deck="After four weeks."),
        StatedItem("Tower vote delayed", 2, "https://ledger.example/2"),
    )
    assert reasons_of(found) == [("feed-20250402103000.xml", "bad_row")]


def test_read_file_reads_atom_and_rss_1():
    (atom,) = read(ATOM.encode(), "a.xml")
    assert atom.modules[0].items == (StatedItem("Brücke", 1, "https://blatt.example/1", deck="Kurz."),)
    assert (atom.article["language"], atom.article["url"]) == ("de", "https://blatt.example/atom")
    assert atom.captured_at is None
    (rdf,) = read(RDF.encode(), "r.xml")
    assert rdf.modules[0].items == (StatedItem("Lanterns", 1, "https://old.example/1"),)


def test_read_file_reads_a_feed_in_a_national_encoding():
    data = RSS.replace("UTF-8", "windows-1251").replace(
        "Tower <em>vote</em> delayed", "Мэр открыл новый мост"
    )
    found = read(data.encode("cp1251"), "f.xml")
    assert found[-1].modules[0].items[1].headline == "Мэр открыл новый мост"


def test_read_file_keeps_the_entries_before_damage():
    found = read(RSS.replace("<item><guid>", "<item><broken").encode(), "f")
    assert reasons_of(found) == [("f", "corrupt")]
    (snapshot,) = [one for one in found if isinstance(one, StatedSnapshot)]
    assert [item.headline for item in snapshot.modules[0].items] == ["Ferry & bridge resume"]


@pytest.mark.parametrize(
    "entities",
    [
        '<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">',
        '<!ENTITY c SYSTEM "file:///etc/passwd">',
    ],
    ids=["laughs", "outside"],
)
def test_read_file_refuses_a_feed_with_entities_of_its_own(entities):
    data = RSS.replace("<rss ", f"<!DOCTYPE rss [{entities}]><rss ").replace("Tower", "&c;")
    found = read(data.encode(), "f.rss")
    assert [one for one in found if isinstance(one, StatedSnapshot)] == []
    assert len(reasons_of(found)) == 1


def test_read_file_gives_a_snapshot_without_headlines_when_feed_is_empty():
    (snapshot,) = read(b'<rss version="2.0"><channel><title>T</title></channel></rss>', "f")
    assert snapshot.modules[0].items == ()
