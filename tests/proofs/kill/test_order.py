"""LED-1 proved from the system calls: what may move the needle leaves only once its row is on the disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.protocols.library import load
from tests.proofs.kill.lane import Lane
from tests.proofs.kill.order import UNSYNCED, first_start, recorded, sends, unsafe_sends
from tests.proofs.kill.power import Recording, cuts, replay
from tests.proofs.kill.practitioner import Practitioner

VARIANTS = 2


@pytest.fixture(scope="module")
def sound(treatment: tuple[Lane, Practitioner]) -> Recording:
    return recorded(*treatment)


@pytest.fixture(scope="module")
def unsynced(sound: Recording, treatment: tuple[Lane, Practitioner]) -> Recording:
    """Another short session of the same treatment, `synchronous=OFF`."""
    del sound  # it comes after that one, whose files it found
    return recorded(*treatment, UNSYNCED)


@pytest.mark.requirement("LED-1")
def test_no_authorisation_leaves_before_its_row_is_on_the_disk(sound: Recording) -> None:
    assert len(sends(sound)) >= 2, "a homing and an authorisation were expected on the wire"
    assert unsafe_sends(sound) == []


@pytest.mark.requirement("LED-1")
def test_without_synchronous_full_the_proof_of_the_order_fails(unsynced: Recording) -> None:
    assert unsafe_sends(unsynced) == sends(unsynced)


@pytest.mark.requirement("LED-10", "LED-1")
def test_a_power_cut_between_any_two_syncs_loses_nothing_acknowledged(
    sound: Recording, treatment: tuple[Lane, Practitioner], rebuilt: Path, seed: int
) -> None:
    library = load(treatment[0].folder / "profiles")
    assert [found for found in replay(sound, cuts(sound, seed, VARIANTS), rebuilt, library) if found[1].failures] == []


@pytest.mark.requirement("LED-10")
def test_a_power_cut_in_the_making_of_a_ledger_leaves_one_that_can_be_made(
    treatment: tuple[Lane, Practitioner], short_folder: Path, rebuilt: Path, seed: int
) -> None:
    folder = short_folder / "f"
    folder.mkdir()
    recording, library = first_start(folder), load(treatment[0].folder / "profiles")
    found = replay(recording, cuts(recording, seed, VARIANTS), rebuilt, library)
    assert [entry for entry in found if entry[1].failures] == []


@pytest.mark.requirement("LED-10")
def test_without_synchronous_full_a_power_cut_loses_rows_and_the_replay_sees_it(
    unsynced: Recording, treatment: tuple[Lane, Practitioner], rebuilt: Path, seed: int
) -> None:
    library = load(treatment[0].folder / "profiles")
    found = replay(unsynced, cuts(unsynced, seed, VARIANTS), rebuilt, library)
    said = " ".join(failure for _, outcome in found for failure in outcome.failures)
    assert "went out on the wire and have no row" in said
