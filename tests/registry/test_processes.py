"""Processes that race and die: what one was told is there, whatever becomes of the others."""

import signal

from registry.child import started
from registry.constants import KEY_ID, NOW

from optout_registry.bulk import import_file
from optout_registry.opening import open_registry
from schemas.pseudonyms import Keychain


def test_four_processes_add_at_once_and_none_is_lost(url):
    script = """
    input()
    registry = create_registry(sys.argv[1], intake.keychain.ids[0], LOG_SECRET)
    for n in range(50):
        say(registry.add(objection(f"{sys.argv[2]}-{n}"), recorded_at=now).event)
    """
    children = [started(script, url, str(n)) for n in range(4)]
    for child in children:  # all of them are up before the first one makes the registry
        child.stdin.write("go\n")
        child.stdin.flush()
    answers = [child.communicate()[0].split() for child in children]
    assert [child.returncode for child in children] == [0, 0, 0, 0]
    assert sorted(int(number) for numbers in answers for number in numbers) == list(range(1, 201))
    taken = open_registry(url).snapshot()
    assert (taken.event, taken.objections.num_rows) == (200, 200)


def test_an_import_killed_midway_keeps_what_it_said_and_a_rerun_converges(tmp_path, url, registry, intake):
    path = tmp_path / "people.csv"
    path.write_text("type,value\n" + "".join(f"account,{n}\n" for n in range(35_000)))
    script = """
    import_file(open_registry(sys.argv[1], LOG_SECRET), Path(sys.argv[2]), intake, clock=lambda: now,
                on_bad=say, on_progress=lambda done: say(done.lines))
    """
    child = started(script, url, str(path))
    acknowledged = int(child.stdout.readline())
    child.send_signal(signal.SIGKILL)
    acknowledged = max([acknowledged, *(int(line) for line in child.communicate()[0].split())])
    assert child.returncode == -signal.SIGKILL
    left = registry.head().event
    assert left >= acknowledged
    assert left % 10_000 == 0  # whole transactions
    # the child's key, so that request ids are the same
    same = type(intake)(Keychain((KEY_ID,), (bytes(32),)), "sample")
    report = import_file(registry, path, same, clock=lambda: NOW, on_bad=print)
    assert (report.known, report.added, report.bad) == (left, 35_000 - left, 0)
    assert registry.head().event == registry.snapshot().objections.num_rows == 35_000
