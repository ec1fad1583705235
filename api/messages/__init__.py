"""The sentences that people read, in Ukrainian and English, by code and by rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from api.messages import en, uk
from api.messages.words import Words

LANGUAGES: Final[Mapping[str, Words]] = {"en": en.WORDS, "uk": uk.WORDS}
DEFAULT: Final = "en"


def title(code: str, language: str) -> str:
    """Return the short name of a kind of problem."""
    words = LANGUAGES[language]
    return words.titles.get(code, words.titles["error"])


def detail(
    code: str, rule: str | None, reason: str | None, facts: Mapping[str, object], language: str
) -> str:
    """Return the sentence that says what is wrong and what to do, with facts filled in.

    A rule's own sentence goes before its code's; `reason`, which is English, stands in where neither is known.
    """
    words = LANGUAGES[language]
    sentence = words.rules.get(rule or "") or words.details.get(code) or reason or words.titles["error"]
    try:
        return sentence.format_map(facts)
    except (KeyError, IndexError, ValueError):
        return reason or sentence


def operation_detail(kind: str, code: str, rule: str | None, language: str) -> str | None:
    """Return the sentences on an operation that failed, for codes whose own speaks of one request; otherwise None."""
    words = LANGUAGES[language]
    if code not in words.causes or (rule or "") in words.rules:
        return None
    return f"{words.causes[code]} {words.kept.get(kind, words.kept['operation'])}"


def chosen(accept_language: str | None) -> str:
    """Return `uk` or `en` for an Accept-Language header (RFC 9110 12.5.4); English when neither is named."""
    best, weight = DEFAULT, 0.0
    for item in (accept_language or "")[:200].split(","):
        tag, _, parameter = item.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        quality = _quality(parameter)
        if language in LANGUAGES and quality > weight:
            best, weight = language, quality
    return best


def of_environment(language: str) -> str:
    """Return `uk` or `en` for a value of LC_ALL, LC_MESSAGES or LANG, such as `uk_UA.UTF-8`."""
    return "uk" if language.lower().startswith("uk") else DEFAULT


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
