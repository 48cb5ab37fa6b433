"""A light test of the language of a headline: its script, then its function words.

It is meant for lines whose language nobody stated. It tells the languages that have rules from some that have
not, and says ``und`` (undetermined) rather than a wrong one; an English line without a single common English
word or ending, of four words and more, is undetermined too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

__all__ = ["guess_languages", "primary_language", "stop_words"]

_WORDS = re.compile(r"[^\W\d_]+")
_STOP_WORDS = {
    "en": """the of and to in a is for on that with at by from as it its be are was were this these those has have had
        will would can could not but or an after over new says how why what who when where your you his her their our
        my i he she they we up out about into than more most first top gets get us off all no his him them say said do
        does did against under before amid may should must just now here there if so because while being been""",
    "de": """der die das und ist nicht ein eine einen einem einer eines mit auf f\u00fcr von im den dem des zu zum zur sich
        auch wie was wer warum wird werden wurde sind hat haben nach bei aus vor \u00fcber so nur noch mehr als sie wir ihr
        dieser diese dieses diesen diesem ich du er es am um an bis kein keine darum oder aber gegen unter neue neuer
        gibt will kann muss jetzt doch ihre ihren seine""",
    "es": """el la los las un una unos unas y que de del en con por para su sus es no se lo al como m\u00e1s qu\u00e9 c\u00f3mo por
        cu\u00e1ndo qui\u00e9n este esta estos estas esto te tu tus ser son fue ha han tras sobre entre contra ya pero si sin
        desde hasta muy hay cuando a\u00f1os""",
    "fr": """le la les un une des du de et est en au aux pour par sur dans que qui ce cette ces cet ne pas plus vous votre
        vos nous son sa ses leur comment pourquoi quand o\u00f9 avec sans se il elle ils elles on \u00e0 sont a ont apr\u00e8s
        contre mais ou voici c est l d qu n s j""",
    "it": """il lo gli e che di del della dei delle degli un una uno per con non si nel nella al alla come perch\u00e9 sono
        pi\u00f9 cosa chi dove quando suo sua da dal dalla ha hanno \u00e8 sul sulla tra anche ecco""",
    "pt": """o os as um uma e que de do da dos das em no na nos nas para por com n\u00e3o se ao \u00e0 como mais por\u00e9m ser
        \u00e9 foi s\u00e3o seu sua voc\u00ea ap\u00f3s sobre entre quem quando t\u00eam diz""",
    "nl": """de het een en van ik te dat die in niet zijn is op aan met voor er maar om dan zou wat hij naar ook door over
        bij uit nog wel geen deze dit waarom hoe wie heeft wordt je jouw onze tegen""",
    "sv": "och att det som en p\u00e5 \u00e4r av f\u00f6r med till den har de inte om ett han var men s\u00e5 fr\u00e5n efter vid nu kan ska du din",
    "da": "og at det som en p\u00e5 er af for med til den har de ikke om et han var men s\u00e5 fra efter ved nu kan skal du din",
    "pl": "i w na z do \u017ce si\u0119 nie jest to o jak po za od przez co dla czy ju\u017c ale tylko jego kt\u00f3ry by\u0142",
    "tr": "ve bir bu da de i\u00e7in ile \u00e7ok ne daha gibi olarak en sonra kadar var yeni oldu ama nas\u0131l neden",
    "id": "yang dan di ini itu dengan untuk tidak dari dalam akan pada juga ke karena bisa ada saat kata jadi",
    "vi": "c\u1ee7a v\u00e0 l\u00e0 c\u00f3 kh\u00f4ng cho \u0111\u01b0\u1ee3c trong m\u1ed9t nh\u1eefng ng\u01b0\u1eddi v\u1edbi khi \u0111\u00e3 n\u0103m t\u1ea1i",
}  # fmt: skip
_SETS = {language: frozenset(words.split()) for language, words in _STOP_WORDS.items()}
_SCRIPTS = (
    ("ko", re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")),
    ("ja", re.compile("[\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f]")),
    ("zh", re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
)
_ENGLISH_ENDING = re.compile(
    r"(?:ing|tion|tions|ed|ly|ment|ness|ight|ers|ies|sh|ck|ll|ity|ive|ous|ful|ship)$"
)


def stop_words(language: str) -> frozenset[str]:
    """The function words that tell a language; empty where it is told by its script."""
    return _SETS.get(language, frozenset())


@cache
def _english_words() -> frozenset[str]:
    from toolkit.clickbait.rules import read_words

    return read_words("en_words")


def primary_language(tag: str) -> str:
    """The primary subtag of a BCP 47 tag, in lower case.

    Examples
    --------
    >>> primary_language("de-AT"), primary_language("EN_us")
    ('de', 'en')
    """
    return re.split(r"[-_]", tag.strip().lower(), maxsplit=1)[0]


def guess_languages(texts: Iterable[str]) -> list[str]:
    """The likely language of each line, ``und`` where it cannot be told.

    Examples
    --------
    >>> guess_languages(["Why your dog stares at you", "Warum Ihr Hund Sie anstarrt", "\uac15\uc544\uc9c0", "42"])
    ['en', 'de', 'ko', 'und']
    """
    return [_guess(text) for text in texts]


def _guess(text: str) -> str:
    if not text.isascii():
        letters = sum(map(str.isalpha, text))
        for language, script in _SCRIPTS:
            found = len(script.findall(text))
            # Japanese and Korean lines hold Latin names and figures: a quarter of the letters will do
            if found and found * 4 >= letters:
                return language
    words = _WORDS.findall(text.lower())
    if not words:
        return "und"
    votes = {language: sum(word in stops for word in words) for language, stops in _SETS.items()}
    best = max(votes.values())
    leaders = [language for language, vote in votes.items() if vote == best]
    if best and (len(leaders) == 1 or leaders[0] != "en"):
        if leaders[0] == "en" or (best >= 2 or (best * 4 >= len(words) and not _looks_english(words))):
            return leaders[0] if len(leaders) == 1 else _break_tie(leaders, text)
        if not text.isascii() and best > votes["en"]:
            return leaders[0]
    return "en" if votes["en"] or len(words) < 4 or _looks_english(words) else "und"


def _break_tie(leaders: list[str], text: str) -> str:
    signs = {
        "de": "\u00e4\u00f6\u00fc\u00df",
        "es": "\u00f1\u00bf\u00a1\u00e1\u00ed\u00f3\u00fa",
        "fr": "\u00e9\u00e8\u00ea\u00e0\u00e7\u00f9\u0153",
    }
    for language, special in signs.items():
        if language in leaders and any(sign in special for sign in text.lower()):
            return language
    return leaders[0]


def _looks_english(words: list[str]) -> bool:
    known = _english_words()
    return any(word in known or _ENGLISH_ENDING.search(word) for word in words if len(word) > 2)
