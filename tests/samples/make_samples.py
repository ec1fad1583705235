"""Makes the sample files of this folder again: a photograph with EXIF, a two-page PDF and a short WebM that plays.

Needs libraries that the project does not (see README.md here). Usage: python make_samples.py
"""

import math
import random
from fractions import Fraction
from pathlib import Path

import av  # type: ignore[import-not-found]
from fpdf import FPDF  # type: ignore[import-untyped]
from PIL import Image, ImageDraw, ImageFilter, TiffImagePlugin  # type: ignore[import-not-found]

HERE = Path(__file__).parent
FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
WIDTH, HEIGHT = 800, 600
FRAMES, RATE = 60, 15
# A field outside any settlement, so that no sample points at somebody's home.
LATITUDE, LONGITUDE = (49, 58, 12.5), (36, 15, 40.25)

UKRAINIAN = (
    "Протокол огляду місця події",
    (
        "Цей документ створено для випробувань програми Custody. Особи, місця та події вигадані. "
        "Під час огляду виявлено та вилучено мобільний телефон, карту пам'яті та фотознімки подвір'я. "
        "Речі упаковано до пакета № 0042 та опечатано."
    ),
)
ENGLISH = (
    "Record of the inspection of a scene",
    (
        "This document was made to test Custody. The persons, places and events are invented. "
        "A mobile telephone, a memory card and photographs of the yard were found and taken. "
        "The items were packed into bag No. 0042 and sealed."
    ),
)


def scene(moment: float) -> Image.Image:
    """Draw a yard with two houses at dusk; `moment` in [0, 1) moves the sun and a passing car."""
    dice = random.Random(25)  # the same grain and windows in every run
    picture = Image.new("RGB", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(picture)
    for row in range(HEIGHT):
        draw.line([(0, row), (WIDTH, row)], fill=(90 + row // 6, 120 + row // 8, 190 - row // 5))
    sun = (int(WIDTH * moment), int(180 - 90 * math.sin(math.pi * moment)))
    draw.ellipse([sun[0] - 30, sun[1] - 30, sun[0] + 30, sun[1] + 30], fill=(255, 214, 120))
    draw.rectangle([0, 430, WIDTH, HEIGHT], fill=(82, 92, 70))
    for left, top, right in ((80, 190, 330), (450, 240, 720)):
        draw.rectangle([left, top, right, 440], fill=(150, 136, 120))
        for column in range(left + 20, right - 30, 50):
            for row in range(top + 20, 400, 55):
                lit = dice.random() < 0.3
                draw.rectangle(
                    [column, row, column + 26, row + 34], fill=(240, 214, 140) if lit else (44, 50, 62)
                )
    car = int((WIDTH + 140) * moment) - 120
    draw.rounded_rectangle([car, 500, car + 110, 540], 12, fill=(120, 30, 34))
    for wheel in (car + 22, car + 84):
        draw.ellipse([wheel - 12, 530, wheel + 12, 554], fill=(20, 20, 20))
    noise = Image.effect_noise((WIDTH, HEIGHT), 28).convert("RGB")
    return Image.blend(picture, noise, 0.06).filter(ImageFilter.GaussianBlur(0.6))


def exif() -> Image.Exif:
    """Return what a camera writes: maker, model, time with its zone, exposure and position."""
    tags = Image.Exif()
    tags[0x010F], tags[0x0110], tags[0x0131] = "Zbirka", "ZB-1 Sample", "make_samples.py"
    tags[0x0112], tags[0x0132] = 1, "2026:11:20 16:42:07"
    details = tags.get_ifd(0x8769)
    details[0x9003] = details[0x9004] = "2026:11:20 16:42:07"
    details[0x9010] = details[0x9011] = "+02:00"
    details[0x829A], details[0x829D] = fractions((0.008, 2.8))
    details[0x8827] = 200
    position = tags.get_ifd(0x8825)
    position[0], position[1], position[3] = b"\x02\x03\x00\x00", "N", "E"
    position[2], position[4] = fractions(LATITUDE), fractions(LONGITUDE)
    return tags


def fractions(parts: tuple[float, ...]) -> tuple[TiffImagePlugin.IFDRational, ...]:
    """Return numbers as EXIF's fractions."""
    return tuple(TiffImagePlugin.IFDRational(Fraction(part).limit_denominator(10_000)) for part in parts)


def make_photograph(path: Path) -> None:
    """Write the photograph of the yard."""
    scene(0.7).save(path, quality=82, exif=exif())


def make_document(path: Path) -> None:
    """Write the record of the inspection: page one in Ukrainian, page two in English."""
    document = FPDF(format="A4")
    document.add_font("DejaVu", fname=FONT)
    for title, text in (UKRAINIAN, ENGLISH):
        document.add_page()
        document.set_font("DejaVu", size=18)
        document.multi_cell(0, 12, title, new_x="LMARGIN", new_y="NEXT")
        document.set_font("DejaVu", size=12)
        document.multi_cell(0, 8, text)
    document.set_title("UKR2-25: sample record of an inspection")
    document.output(str(path))


def make_video(path: Path) -> None:
    """Write four seconds of VP8 in WebM: a car passes while the sun moves."""
    with av.open(str(path), "w") as film:
        track = film.add_stream("libvpx", rate=RATE)
        track.width, track.height, track.pix_fmt, track.bit_rate = WIDTH // 2, HEIGHT // 2, "yuv420p", 200_000
        for number in range(FRAMES):
            small = scene(number / FRAMES).resize((WIDTH // 2, HEIGHT // 2))
            film.mux(track.encode(av.VideoFrame.from_image(small)))
        film.mux(track.encode())


if __name__ == "__main__":
    make_photograph(HERE / "yard.jpg")
    make_document(HERE / "inspection.pdf")
    make_video(HERE / "passage.webm")
