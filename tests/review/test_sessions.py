"""Sessions: held in memory, asked about by several threads."""

from datetime import timedelta

from review.waits import NOW

from pipelines.review.sessions import LASTS, MOST, Session, Sessions


class Guarded(dict):
    """A dict that tells of what touches it while a lock is free."""

    def __init__(self, sessions):
        super().__init__(sessions.held)
        self.sessions, self.touched, self.unguarded = sessions, 0, []

    def touch(self, name):
        self.touched += 1
        if not self.sessions.lock.locked():
            self.unguarded.append(name)


def _guard(name):
    def method(self, *arguments):
        self.touch(name)
        return getattr(dict, name)(self, *arguments)

    return method


for _name in ("__getitem__", "__setitem__", "__delitem__", "__iter__", "__len__", "get", "items", "pop"):
    setattr(Guarded, _name, _guard(_name))


def test_what_is_held_is_touched_under_the_lock_alone():
    now = NOW
    sessions = Sessions(lambda: now)
    sessions.held = held = Guarded(sessions)
    names = [sessions.begin("anna", "x") for _ in range(MOST + 1)]
    assert sessions.find(names[0]) is None  # the oldest ended
    assert sessions.find(names[1]).actor == "anna"
    sessions.end(names[1])
    assert sessions.find(names[1]) is None
    now += LASTS
    assert sessions.find(names[2]) is None
    sessions.begin("bert", "y")
    assert sessions.held is held
    assert [one.actor for one in dict.values(held)] == ["bert"]
    assert (held.unguarded, held.touched > MOST) == ([], True)
    assert not sessions.lock.locked()


def test_a_session_lasts_eight_hours():
    now = NOW
    sessions = Sessions(lambda: now)
    name = sessions.begin("anna", "x")
    now += LASTS - timedelta(microseconds=1)
    assert sessions.find(name) is not None
    now += timedelta(microseconds=1)
    assert sessions.find(name) is None


def test_a_picture_is_sent_while_its_page_is_shown_and_was_asked_for():
    session, logged = Session("anna", "x", NOW), []
    item, other = ("1", "11"), ("2", "22")
    session.ask(item, lambda: logged.append("looked"))  # no page is shown
    assert (session.is_asked(item), session.send(item), logged) == (False, False, [])
    assert not session.view(item, lambda: logged.append("viewed"))
    assert (session.is_asked(item), session.send(item)) == (False, False)
    session.ask(item, lambda: logged.append("looked"))
    assert (session.is_asked(item), session.is_asked(other), session.send(other)) == (True, False, False)
    assert session.leave() is None  # it was not sent, and the view ends while its file is read
    assert (session.is_asked(item), session.send(item)) == (False, False)
    session.view(item, lambda: logged.append("viewed"))
    session.ask(item, lambda: logged.append("looked"))
    assert session.send(item)
    assert (session.leave(), session.leave()) == (item, None)
    assert logged == ["viewed", "looked"] * 2
