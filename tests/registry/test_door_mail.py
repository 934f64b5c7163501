"""Mails that wait: nobody waits for one, and not more of them than memory has room for."""

from datetime import timedelta
from threading import BoundedSemaphore

from registry.constants import NOW

from optout_registry.door.mail import Cap, Mailer


class Later:
    """An executor that does what it was given when it is told to."""

    def __init__(self):
        self.waiting = []

    def submit(self, call, *arguments):
        self.waiting.append((call, arguments))

    def work(self):
        while self.waiting:
            call, arguments = self.waiting.pop(0)
            call(*arguments)


def test_what_finds_no_room_is_said_and_the_next_one_goes_again():
    sent, failed, later = [], [], Later()
    cap = Cap(1, timedelta(days=1))
    mailer = Mailer(sent.append, "door@door.example", cap, failed.append, later, BoundedSemaphore(2))

    def write(*names):
        for name in names:
            mailer.write(f"{name}@example.org", "S", "text", language="en", now=NOW)

    write("a", "b", "c")
    assert (len(sent), len(later.waiting), len(failed)) == (0, 2, 1)
    assert "which is lost" in str(failed[0])
    assert "example.org" not in str(failed[0])
    later.work()
    write("d", "a")  # too many for the cap
    later.work()
    write("e", "f")
    later.work()
    assert [message["To"] for message in sent] == [f"{name}@example.org" for name in "abdef"]


def test_one_that_is_not_sent_leaves_its_room():
    later, failed = Later(), []
    mailer = Mailer(
        lambda _: (_ for _ in ()).throw(OSError("full")), "door@door.example", Cap(9, timedelta(days=1)),
        failed.append, later, BoundedSemaphore(1),
    )  # fmt: skip
    for _ in range(3):
        mailer.write("a@example.org", "S", "text", language="en", now=NOW)
        later.work()
    assert [str(error) for error in failed] == ["full"] * 3
