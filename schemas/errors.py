"""The errors a person sees. Each names what is wrong, what was expected, what was found and what to do."""

_NEW_LINE = "\n"
_BELOW = "\n            "


class OptoutError(Exception):
    """A failure that the command line shows as one message and ends with ``exit_code``.

    ``subject`` names the thing that is wrong (a file, a field, an option), never the contents of
    a record: messages reach logs, and logs hold no identifier, text or birth date. ``found`` may be
    several lines: everything that is wrong at once.
    """

    exit_code = 2

    def __init__(
        self,
        subject: str,
        *,
        expected: str | None = None,
        found: str | None = None,
        remedy: str,
    ) -> None:
        self.subject = subject
        self.expected = expected
        self.found = found
        self.remedy = remedy
        super().__init__(subject, expected, found, remedy)

    def __str__(self) -> str:
        parts = [self.subject]
        if self.expected is not None:
            parts.append(f"  expected: {self.expected}")
        if self.found is not None:
            parts.append(f"  found:    {self.found.replace(_NEW_LINE, _BELOW)}")
        parts.append(f"  to do:    {self.remedy}")
        return "\n".join(parts)

    def __reduce__(self) -> tuple[object, ...]:
        # Beam pickles what a worker raises; keyword-only arguments need this.
        return (_rebuild, (type(self), self.subject, self.expected, self.found, self.remedy))


class Refused(OptoutError):
    """A gate, a verification or a request for use found something wanting."""

    exit_code = 1


class LateObjections(Refused):
    """Registry or reviews moved on between plan and publication (law 6): touched splits must be redone."""


class ConfigurationError(OptoutError):
    """The workspace, the policy, a key or an option is wrong."""

    exit_code = 2


class BadInput(OptoutError):
    """A source, a registry or an object of the corpus cannot be what it should be."""

    exit_code = 3


class LostRace(OptoutError):
    """Somebody else published the version number this build was made for."""

    exit_code = 4


def _rebuild(
    kind: type[OptoutError], subject: str, expected: str | None, found: str | None, remedy: str
) -> OptoutError:
    return kind(subject, expected=expected, found=found, remedy=remedy)
