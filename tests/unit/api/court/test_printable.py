"""Text in papers: what cannot be set stands there by its number, and nothing is lost without a word."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.court.printable import glyphs, printable
from tests.support.glyph_table import refused


@given(st.text(max_size=80), st.booleans())
def test_only_what_the_fonts_have_is_set(text: str, strict: bool) -> None:
    """Every character that remains has a glyph, and is neither control nor format."""
    found = printable(text, strict=strict)

    assert all(ord(each) in glyphs() or each == "\n" for each in found)
    assert not [
        each for each in found if each != "\n" and unicodedata.category(each) in {"Cc", "Cf", "Co", "Cs"}
    ]


@given(st.text(max_size=80))
def test_every_character_is_there_or_named(text: str) -> None:
    """What is not set is named by its code point, so no two different texts look alike by omission."""
    found = printable(text)

    for each in text:
        assert each in found or each in "\r\t" or f"U+{ord(each):04X}" in found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Обстріл складу № 5, ґ є і ї", "Обстріл складу № 5, ґ є і ї"),
        ("exe.\u202egnp", "exe.⟨U+202E⟩gnp"),
        ("😀", "⟨U+1F600⟩"),
        ("中文", "⟨U+4E2D U+6587⟩"),
        ("a\r\nb\tc", "a\nb c"),
        ("\x1b[31m", "⟨U+001B⟩[31m"),
    ],
)
def test_a_text_reads_like_this(text: str, expected: str) -> None:
    """Ukrainian stays as it is; what would hide or turn text is named."""
    assert expected == printable(text)


def test_a_long_text_says_how_much_more_there_is() -> None:
    """What is cut is counted; line breaks count as lines."""
    assert "aaaaa ⟨… +7⟩" == printable("a" * 12, 5)
    assert "\n\n ⟨… +8⟩" == printable("\n" * 10, 120)


def test_the_table_of_glyphs_is_that_of_the_fonts() -> None:
    """Typst sets every listed character in PDF/A, which refuses a missing glyph; an unlisted one it refuses."""
    assert set() == refused([chr(each) for each in sorted(glyphs())])
    assert {"中", "😀"} == refused(["中", "a", "😀"])
