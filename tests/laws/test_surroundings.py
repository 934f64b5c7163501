"""Law 3: what a version holds depends on its inputs, and on nothing of the machine that builds it."""

import locale

import pytest
from commands import AS_OF, workspace
from enumerations import few_of

from builders import account, at, medium, record

# What a locale, a time zone or the order of a set could change: case, order of letters, months, days.
NAMES = ["İpek", "ISI", "Ömer", "zoë", "Åse", "ana", "Ana", "émile", "Çağ", "ßen", "Ωmega", "日本"]
ACCOUNTS = [
    account(
        account_id=name,
        identifiers=[{"type": "handle", "value": name}, {"type": "email", "value": f"{name}@EXAMPLE.org"}],
        notified_at=at("2026-05-02") if n % 2 else at("2026-05-01T23:30"),
    )
    for n, name in enumerate(NAMES)
]
RECORDS = [
    record(
        record_id=f"{name}-{n}",
        account_id=name,
        created_at=at("2024-02-29T12:30") if n % 2 else at("2023-12-31T23:45"),
        text=f"İI {name}: 1.234,5 — write to ALI{n}@example.ORG or @{name}",
        media=[medium(sha256=f"{n:064x}", caption="KIDS IN THE RAIN" if n % 5 == 0 else "A HILL")],
    )
    for n in range(6)
    for name in NAMES
]
OBJECTIONS = [{"type": "handle", "value": "@IPEK"}, {"type": "handle", "value": "ANA"}]
TURKISH = "tr_TR.UTF-8"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = workspace(
        tmp_path_factory.mktemp("law3") / "w", ACCOUNTS, RECORDS, objections=OBJECTIONS, files=6, row_group_rows=3
    )  # fmt: skip
    place.build("--workers", 2).done()
    return place


def another_locale():
    """Turkish, where I and i are not each other's case; the bare C where it is not installed."""
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, TURKISH)
    except locale.Error:
        return "C"
    finally:
        locale.setlocale(locale.LC_ALL, before)
    return TURKISH


def test_the_content_is_not_trivial(place):
    counts = place.run("funnel", "--json").done().json
    assert counts["outcomes"]["kept"] >= 30
    assert counts["reasons"]["objection"] == 12
    assert counts["reasons"]["minor_image_suspected"] > 0


@pytest.mark.parametrize("workers", few_of([1, 8], 8))
def test_workers_and_folder_change_nothing(place, tmp_path, workers):
    other = place.copy(tmp_path / "another folder, ö")
    other.build("--workers", workers).done()
    assert other.content() == place.content()


@pytest.mark.parametrize("zone", few_of(["Pacific/Kiritimati", "Etc/GMT+12"], "Pacific/Kiritimati"))
def test_a_time_zone_changes_nothing(place, tmp_path, zone):
    other = place.copy(tmp_path / "w")
    other.build(TZ=zone).done()
    assert other.content() == place.content()


def test_locale_and_hash_seed_change_nothing(place, tmp_path):
    name = another_locale()
    other = place.copy(tmp_path / "w")
    with other.open_afresh(
        "build", "--as-of", AS_OF,
        PYTHONHASHSEED="1", LC_ALL=name, LANG=name, PYTHONCOERCECLOCALE="0", PYTHONUTF8="0",
    ) as process:  # fmt: skip
        _, err = process.communicate()
    assert process.returncode == 0, err
    assert other.content() == place.content()


def test_two_lineage_keys_give_two_orders_of_the_same_rows(place, tmp_path):
    other = place.copy(tmp_path / "w")
    (other.folder / "keys/lineage.key").unlink()
    other.run("init").done()
    other.build().done()
    mine, others = orders(place), orders(other)
    assert set(mine) == set(others)
    assert mine != others


def orders(place):
    """The order of each shard, by the rows it holds."""
    return {frozenset(shard): shard for shard in place.rows_released()}
