"""The errors of rehearsals, E850 to E899: what is wrong with a scenario, and where a play-through came to a halt."""

from __future__ import annotations

from drivers.errors import NappageError


class ScenarioMissing(NappageError, FileNotFoundError):
    number = 850
    sentence = "The scenario {file} does not exist"
    remedy = "Check the name; five scenarios come with the program, in 'profiles/scenarios'."


class ScenarioUnreadable(NappageError, OSError):
    number = 851
    sentence = "The scenario {file} cannot be read ({why})"
    remedy = "Check the file's permissions and that it is text in UTF-8."


class ScenarioSyntax(NappageError, ValueError):
    number = 852
    sentence = "{file}, line {line}: this is not TOML ({why})"
    remedy = "Correct that line; a text needs quotation marks, a list square brackets."


class ScenarioValue(NappageError, ValueError):
    number = 853
    sentence = "{file}: '{key}' is {value}; allowed: {allowed}"
    remedy = "Correct that key; nothing was started."


class ScenarioKeyUnknown(NappageError, ValueError):
    number = 854
    sentence = "{file}: there is no key '{key}'; allowed here: {allowed}"
    remedy = "Correct the spelling or remove the key; nothing was started."


class ScenarioKeyMissing(NappageError, ValueError):
    number = 855
    sentence = "{file}: '{key}' is missing; needed here: {allowed}"
    remedy = "Add the key; nothing was started."


class ProcessEnded(NappageError, ChildProcessError):
    number = 860
    sentence = "The process {name} ended with {code} in the middle of the rehearsal{said}"
    remedy = "Mend what its last line says and start again."


class WaitedInVain(NappageError, TimeoutError):
    number = 861
    sentence = "In {step}: waited {seconds:g} s in vain for {what}{seen}"
    remedy = "On a very busy machine start again; else look at the record that was written so far."


class CommandRefused(NappageError, RuntimeError):
    number = 862
    sentence = "In {step}: control refused '{command}' with E{error}: {why}"
    remedy = "Correct the scenario, or mend what the sentence names."


class ConsoleSilent(NappageError, ConnectionError):
    number = 863
    sentence = "The bench's console at {path} does not answer ({why})"
    remedy = "Start the bench with --console; it ends with whoever started it."


class ConsoleRefused(NappageError, ValueError):
    number = 864
    sentence = "In {step}: the bench did not take '{line}': {answer}"
    remedy = "Correct the word; 'help' on the bench's console lists them."


class ArmedInVain(NappageError, RuntimeError):
    number = 865
    sentence = "In {step}: the arming ended {times} times before its shots were given, at last because: {why}"
    remedy = "Expect fewer shots in the scenario, or mend what the sentence names."


class SessionLeftOpen(NappageError, RuntimeError):
    number = 866
    sentence = "The record in {folder} still holds session {session}, of a run that was broken off before it was signed"
    remedy = "Name another folder with --out, or sign that session first with 'nappage run --simulated --data FOLDER'."


class ScreenStuck(NappageError, TimeoutError):
    number = 870
    sentence = "The play-through stopped at {step}: waited {seconds:g} s in vain for {what} (screenshot {picture})"
    remedy = "Look at the screenshot; on a very busy machine start again."


class ScreenRefused(NappageError, RuntimeError):
    number = 871
    sentence = "The play-through stopped at {step}: the screen says '{message}' (screenshot {picture})"
    remedy = "Look at the screenshot; the sentence says what to mend."


class NoTouch(NappageError, OSError):
    number = 872
    sentence = "The screen cannot be touched: {why}"
    remedy = "Install xdotool and Xvfb ('make setup' does), and start it through 'nappage run --simulated --demo'."


class PlayedWrong(NappageError, RuntimeError):
    number = 873
    sentence = "The play-through ended, but its record is not what was played: {why}"
    remedy = "Look at the record and at the screenshots; this is a defect to report."


class NoDisplay(NappageError, RuntimeError):
    number = 874
    sentence = "No display could be started ({why})"
    remedy = "Install Xvfb ('make setup' does)."


class NotOfAPlay(NappageError, FileExistsError):
    number = 875
    sentence = "A play-through takes away what the last one left, but {path} is not of one"
    remedy = "Nothing was taken away. Name another folder with --out, or move that to where it belongs."


class ResultsNotKept(NappageError, OSError):
    number = 876
    sentence = "The results of a play-through cannot be kept in {folder} ({why})"
    remedy = "Name another folder with --out."
