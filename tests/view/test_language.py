"""The language of the glass: what is said, how figures are written, and that nothing but the glass changes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kiosk.channel import commands as c
from kiosk.channel import snapshot as s
from kiosk.view import actions as a
from kiosk.view.editing import shown
from kiosk.view.heard import heard, in_language
from kiosk.view.language import decimal, many, mark, point, say, speak, spoken, tongue
from kiosk.view.local import Draft
from kiosk.view.numbers import mm, parse, ul
from kiosk.view.observe import hear
from kiosk.view.picture import draw
from kiosk.view.settings import LanguageName, Settings, preferred
from kiosk.view.update import World, act
from tests.view.samples import CATALOGUE, SCENES, at, replace, snap
from tests.view.samples.treating import TREATING

FRENCH = Settings(language="fr")


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    speak("en")


def test_words_are_said_with_their_facts_and_numbers_with_their_plural() -> None:
    assert say("PIN of {name}", name="Ada") == "PIN of Ada"
    assert [many("{count} shot", "{count} shots", count) for count in (0, 1, 2)] == ["0 shots", "1 shot", "2 shots"]
    speak("fr")
    assert say("PIN of {name}", name="Ada") == "PIN de Ada"
    assert [many("{count} shot", "{count} shots", count) for count in (0, 1, 2)] == ["0 tir", "1 tir", "2 tirs"]
    assert say("") == ""
    assert mark("Dose") == "Dose"


def test_a_language_that_is_not_shipped_is_an_error_and_changes_nothing() -> None:
    speak("fr")
    with pytest.raises(FileNotFoundError):
        speak("tlh")
    assert spoken() == "fr"
    assert tongue("fr") is tongue("fr"), "read once"


def test_figures_have_the_decimal_sign_of_the_language_and_both_are_taken_as_typed() -> None:
    assert (mm(600), ul(20_000), point()) == ("0.60 mm", "20.0 uL", ".")
    speak("fr")
    assert (mm(600), ul(20_000), point(), decimal("1.5")) == ("0,60 mm", "20,0 uL", ",", "1,5")
    for typed in ("0,6", "0.6"):
        assert parse("depth", typed, low=50, high=1_500, step=50, origin="zone") == 600
    assert shown(Draft("depth", 600, 0.0, typed="0.6")) == "0,6"


def test_the_page_is_a_function_of_its_arguments_whatever_was_spoken_before() -> None:
    snapshot, local = SCENES["treat"]
    before = draw(snapshot, local, CATALOGUE)
    french = draw(snapshot, replace(local, settings=FRENCH), CATALOGUE)
    assert draw(snapshot, local, CATALOGUE) == before
    assert french.frame.title == "Traitement"
    assert before.frame.title == "Treat"


def test_the_language_is_chosen_by_touch_and_no_other_is_taken() -> None:
    outcome = act(at("settings"), a.Prefer("language", "fr"), World(snap(), CATALOGUE))
    assert outcome.local.settings == FRENCH
    assert outcome.commands == (), "control need not know"
    assert preferred(FRENCH, "language", "tlh") == FRENCH


def test_the_sign_in_page_offers_the_other_languages_under_their_own_names() -> None:
    snapshot, local = SCENES["signin"]
    pairs: tuple[tuple[LanguageName, str], ...] = (("en", "Français"), ("fr", "English"))
    for language, offered in pairs:
        page = draw(snapshot, replace(local, settings=Settings(language=language)), CATALOGUE).page
        assert [touch.label for touch in page.languages] == [offered]  # type: ignore[attr-defined]


def test_what_is_sent_is_the_same_in_every_language() -> None:
    """An arming repeats keys and integers; words of the offer are shown only."""
    local = replace(at(settings=FRENCH), panel="")
    world = World(TREATING, CATALOGUE)
    opened = act(local, a.Panel("arm"), world).local
    shown_offer = draw(TREATING, opened, CATALOGUE).over
    assert "tirs" in shown_offer.lines[5].detail.lower()  # type: ignore[union-attr]
    sent = act(opened, a.ArmShown(), world).commands[0]
    assert isinstance(sent, c.Arm)
    assert (sent.zone, sent.depth_um) == (TREATING.treat.zone, TREATING.treat.depth.value)  # type: ignore[union-attr]


def test_a_refusal_is_said_in_the_language_with_its_number() -> None:
    reply = s.Reply(1, ok=False, error=306, sentence="Lot L1 expired on 2026-01-01",
                    remedy="Take another lot; an expired one is never injected.")  # fmt: skip
    assert hear(at(settings=FRENCH), reply).notice.startswith("E306: Le lot L1 est périmé depuis le 2026-01-01. Prenez")
    assert hear(at(), reply).notice.startswith("E306: Lot L1 expired")


def test_the_room_of_the_record_has_the_languages_own_decimal_sign() -> None:
    page = draw(snap(record=s.RecordView(free_mb=12_345)), at("settings", settings=FRENCH), CATALOGUE).page
    assert "12,3 Go" in page.lines[1].detail  # type: ignore[attr-defined]


def test_english_is_what_control_says_itself() -> None:
    assert in_language(TREATING) is TREATING
    assert heard("The needle is back: home switch seen") == "The needle is back: home switch seen"


def test_sides_and_joined_sentences_are_put_into_the_language() -> None:
    speak("fr")
    assert heard("Left forehead: 40 shots of 20.0 uL at 0.60 mm, single shots, 2.0 shots/s") == (
        "Front, à gauche\u00a0: 40 tirs de 20,0 uL à 0,60 mm, coup par coup, 2,0 tirs/s"
    )
    assert heard("No session is open.") == "Aucune séance n\u2019est ouverte."
    assert heard("12 shots") == "12 tirs"
    assert heard("a practitioner or a technician") == "un praticien ou un technicien"
    assert heard("E401: What nobody knows. Choose json, csv, pdf or aftercare.").endswith("pdf ou aftercare.")
