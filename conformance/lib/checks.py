"""What a suite is made of: checks, each a sentence that holds or does not, and the counts that are its last line."""

import os
import signal
import sys
import threading
import traceback

LONG = "PALIMPSEST_TEST_LONG" in os.environ
CHECK_SECONDS = 40
SUITE_SECONDS = 1200 if LONG else 240

_counts = {"passed": 0, "failed": 0}
_endings = []


def check(sentence):
    """Runs the decorated function at once as a check of this sentence, within a time limit."""

    def run(body):
        signal.setitimer(signal.ITIMER_REAL, CHECK_SECONDS)
        try:
            body()
            signal.setitimer(signal.ITIMER_REAL, 0)
            _counts["passed"] += 1
            print(f"ok    {sentence}", flush=True)
        except Exception as error:  # noqa: BLE001: whatever a check raises is its failure
            signal.setitimer(signal.ITIMER_REAL, 0)
            _fail(sentence, error)

    return run


def chapter(name, body, *arguments):
    """A part of the suite; when it breaks, the next one is still run."""
    print(f"-- {name}", flush=True)
    try:
        body(*arguments)
    except Exception as error:  # noqa: BLE001
        _fail(f'the chapter "{name}" runs to its end', error)


def at_end(ending):
    """Does something when the suite ends, however it ends; the last asked for comes first."""
    _endings.append(ending)


def finish():
    """Ends the suite: cleans up, prints the counts, exits."""
    while _endings:
        try:
            _endings.pop()()
        except Exception as error:  # noqa: BLE001
            _fail("the suite cleans up", error)
    print(f"{_counts['passed']} passed, {_counts['failed']} failed", flush=True)
    # Threads that still wait for a server that is gone must not hold the suite up.
    os._exit(0 if _counts["failed"] == 0 else 1)


def same(actual, expected):
    """Two values are equal, or both are shown."""
    assert actual == expected, f"\n  got      {actual!r}\n  expected {expected!r}"


def _fail(sentence, error):
    _counts["failed"] += 1
    if isinstance(error, AssertionError):
        frame = traceback.extract_tb(error.__traceback__)[-1]
        told = f"{error or 'it does not hold'}\n({frame.name}, line {frame.lineno}: {frame.line})"
    else:
        told = "".join(traceback.format_exception(error)[-4:])
    lines = [f"      {line[:500]}" for line in told.strip().splitlines()[:20]]
    print("\n".join([f"FAIL  {sentence}", *lines]), flush=True)


def _late(*_):
    raise TimeoutError(f"the check took longer than {CHECK_SECONDS} s")


def _abandon(why):
    _fail("the suite runs to its end", RuntimeError(why))
    finish()


signal.signal(signal.SIGALRM, _late)
for _number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(_number, lambda number, _: _abandon(f"the suite got {signal.Signals(number).name}"))
sys.excepthook = lambda kind, error, _: (_fail("the suite runs to its end", error), finish())
_alarm = threading.Timer(SUITE_SECONDS, _abandon, [f"the suite has not ended after {SUITE_SECONDS} s"])
_alarm.daemon = True
_alarm.start()
