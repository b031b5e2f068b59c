"""What news does to the kiosk's own state: a new snapshot, a reply, the passing of time."""

from __future__ import annotations

from kiosk.channel.commands import ReadSession
from kiosk.channel.service import BackupList, FaultList, WearPage
from kiosk.channel.snapshot import (
    ApprovalList,
    ApprovalPage,
    CertificateList,
    CertificatePage,
    DriftPage,
    DueList,
    Exported,
    PatientPage,
    Reply,
    SessionList,
    SessionPage,
    Snapshot,
)
from kiosk.view import touching
from kiosk.view.approvals import heard_page
from kiosk.view.due import ask_anew
from kiosk.view.errors import ValuesChanged
from kiosk.view.heard import heard
from kiosk.view.language import say, speak
from kiosk.view.lesson_memory import exported, watched
from kiosk.view.local import DRAFT_S, Local
from kiosk.view.route import is_technician
from kiosk.view.settings import restored
from kiosk.view.setup import PLACES
from kiosk.view.update import Outcome, offered, replace, same_offer, sentence

EVERYWHERE = frozenset({"alarms", "alarm", "about", "settings"})
HOME = frozenset({"protocols", "patient", "history", "record", "selftest", "calibration", "reactions", "due"})
ENDING = frozenset({"cleanup", "aftercare", "reactions"})
BENCH = frozenset({"instruments", "instrument", "certificates", "certificate", "drift"})
WORKSHOP = frozenset({"inputs", "checks", "timing"})
OFFICE = frozenset({"people", "account", "approvals", "approval"})
SERVICE = frozenset({"service", "wear", "faults", "link", "backup"})
KEPT: dict[type, str] = {
    SessionList: "sessions", SessionPage: "record", ApprovalList: "approvals", DueList: "due",
    CertificateList: "certificates", CertificatePage: "certificate", DriftPage: "drift", WearPage: "wear",
    FaultList: "faults",
}  # fmt: skip
"""Pages that are kept as they come, and where."""
ALLOWED: dict[str, frozenset[str]] = {
    "starting": EVERYWHERE | BENCH | WORKSHOP | OFFICE | SERVICE | {"first", "signin", "calibration"},
    "home": EVERYWHERE | HOME | OFFICE | BENCH | WORKSHOP | SERVICE | {"first"},
    "setup": EVERYWHERE | PLACES,
    "treat": EVERYWHERE | {"needle", "syringe"},
    "closing": EVERYWHERE | ENDING,
    "calibrate": EVERYWHERE | {"instruments", "instrument"},
}


def tick(local: Local, now: float, age_ms: int, reason: str = "") -> Local:
    """Time has passed: a draft older than 60 s is thrown away with a notice (LIM-10), notices end."""
    speak(local.settings.language)
    local = replace(local, now=now, age_ms=age_ms, reason=reason)
    if local.notice and now >= local.notice_until:
        local = replace(local, notice="")
    if local.changed is not None and now >= local.changed.until:
        local = replace(local, changed=None)
    if local.draft is not None and now - local.draft.since >= DRAFT_S:
        return replace(local, panel="", draft=None).saying(
            say("The value was not confirmed for 60 s and is thrown away.")
        )
    if local.text("again") and not local.panel.startswith("pin:"):
        local = local.with_text("again", "")
    typing = (local.focus and local.text(local.focus)) or local.text("again")
    if typing and now - local.touched >= DRAFT_S:
        wiped = local.with_text(local.focus, "").with_text("again", "")
        return replace(wiped, panel="", focus="" if local.panel else local.focus).saying(
            say("The text was not confirmed for 60 s and is thrown away.")
        )
    return local


def see(local: Local, snapshot: Snapshot) -> Outcome:
    """A snapshot has come: what no longer fits it is closed, control's notice is shown."""
    speak(local.settings.language)
    number = snapshot.session.number if snapshot.session else 0
    if number != local.session:
        local = replace(
            local,
            session=number,
            place="",
            trail=(),
            panel="",
            draft=None,
            offer=None,
            changed=None,
            focus="",
            patient=_visited(local, snapshot),
            ticks=frozenset(),
            texts={},
            fill_nl=None,
            printed_nl=0,
            cream_since=None,
            turned={},
            ends=frozenset(),
            picks=_kept(local),
        )
    if snapshot.phase != local.phase or local.place not in ALLOWED[snapshot.phase] | {""}:
        local = replace(
            local,
            phase=snapshot.phase,
            trail=(),
            panel="",
            draft=None,
            offer=None,
            place=_place(local, snapshot),
        )
    local = replace(local, lesson=watched(local.lesson, snapshot))
    local = _account_made(_close(local, snapshot), snapshot)
    if snapshot.first_start and snapshot.user is None and not local.focus:
        local = replace(local, focus="name")
    if snapshot.notices and snapshot.notices[-1].number > local.heard_notice:
        newest = snapshot.notices[-1]
        local = replace(local, heard_notice=newest.number).saying(heard(newest.sentence))
    signed = _signed(local, snapshot)
    local, asked = ask_anew(signed.local, snapshot)
    tested = (touching.report(local),) if touching.over(local) else ()
    return Outcome(replace(local, panel="") if tested else local, signed.commands + asked + tested)


def _place(local: Local, snapshot: Snapshot) -> str:
    """Where another phase begins: pages that are everywhere stay, a calibration ends where it was begun."""
    if local.place in EVERYWHERE:
        return local.place
    left = local.phase == "calibrate" and "calibration" in ALLOWED[snapshot.phase] and is_technician(snapshot)
    return "calibration" if left else ""


def clicks(local: Local, before: Snapshot | None, now: Snapshot) -> bool:
    """Whether a shot was recorded between two snapshots of one session, and clicks are wanted."""
    if not local.settings.click or before is None or before.treat is None or now.treat is None:
        return False
    same = local.session == (now.session.number if now.session else 0)
    return same and now.treat.shot_count > before.treat.shot_count


def _visited(local: Local, snapshot: Snapshot) -> PatientPage | None:
    """What was read of the patient whose session has just opened: the map shows the last visit. Nobody else's."""
    page, session = local.patient, snapshot.session
    return page if page is not None and session is not None and page.patient == session.patient else None


def _kept(local: Local) -> dict[str, str]:
    """A new session starts with no choice but the account: nothing is carried to another patient (LIM-14)."""
    return {field: value for field, value in local.picks.items() if field == "account"}


def _account_made(local: Local, snapshot: Snapshot) -> Local:
    """The account just asked for is there: what was typed for it is forgotten, and it is the one chosen."""
    name = " ".join(local.text("person").split())
    if local.place != "people" or name not in [entry.name for entry in snapshot.accounts]:
        return local
    picks = {field: value for field, value in local.picks.items() if field != "role"}
    return replace(local.with_text("person", ""), picks={**picks, "person": name})


def _close(local: Local, snapshot: Snapshot) -> Local:
    treat = snapshot.treat
    if local.panel and (snapshot.stop.state != "clear" or (treat is not None and treat.arming is not None)):
        return replace(local, panel="", draft=None, offer=None, focus="")
    if local.offer is not None and not same_offer(local.offer, offered(snapshot)):
        return replace(local, panel="", offer=None).saying(sentence(ValuesChanged()))
    if local.panel == "help" and snapshot.user is None:
        return local
    if (snapshot.user is None or snapshot.user.locked) and local.panel:
        return replace(local, panel="", draft=None, offer=None, focus="")
    return local


def _signed(local: Local, snapshot: Snapshot) -> Outcome:
    """After signing the record opens by itself, once."""
    known, newest = local.last_session, snapshot.last_session
    local = replace(local, last_session=newest)
    if known in (-1, newest) or newest == 0 or snapshot.phase != "home":
        return Outcome(local)
    return Outcome(replace(local, place="record", trail=("",), record=None, exported=""), (ReadSession(newest),))


def _backed_up(local: Local, page: BackupList) -> Local:
    """The files have come; one that was just restored may hold settings of this screen."""
    local = replace(local, backups=page, picks={name: at for name, at in local.picks.items() if name != "backup"})
    if page.screen:
        local = replace(local, settings=restored(page.screen))
    return local.saying(heard(page.done)) if page.done else local


def hear(local: Local, reply: Reply) -> Local:
    """A reply has come: its page is kept, a refusal is said with its number and what to do."""
    speak(local.settings.language)
    if not reply.ok:
        return local.saying(heard(f"E{reply.error}: {reply.sentence}. {reply.remedy}"), 12.0)
    kept = KEPT.get(type(reply.page))
    if kept is not None:
        return replace(local, **{kept: reply.page})
    match reply.page:
        case PatientPage():
            return replace(local, patient=reply.page, ticks=local.ticks - {"similar"})
        case ApprovalPage():
            return heard_page(local, reply.page)
        case BackupList():
            return _backed_up(local, reply.page)
        case Exported(path=path):
            local = replace(local, exported=path, lesson=exported(local.lesson))
            return local.saying(say("Exported to {path}", path=path))
        case _:
            return local
