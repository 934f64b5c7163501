"""An account id or handle registered under another platform's name would hit nobody."""

from commands import workspace


def named(made, platform):
    (made.folder / "source.yaml").write_text(f"platform: {platform}\n", "utf-8")


def test_objections_under_another_name_of_the_platform_stop_the_build(tmp_path):
    made = workspace(tmp_path)
    named(made, "Sample")
    made.run("registry", "add", "account", "a1").done()
    made.run("registry", "add", "email", "ana@example.org").done()
    ended = made.build()
    assert (ended.code, made.versions()) == (3, [])
    assert "also some of Sample" in ended.err


def test_a_registry_may_serve_other_sources_too(tmp_path):
    made = workspace(tmp_path, policy={"registry": {"other_platforms": ["elsewhere"]}})
    named(made, "elsewhere")
    made.run("registry", "add", "account", "a1").done()
    made.build().done()
    assert made.run("funnel", "--json").json["reasons"]["objection"] == 4  # of a11 alone


def test_an_objection_that_covers_nothing_binds_nobody_to_its_platform(tmp_path):
    made = workspace(tmp_path)
    named(made, "Sample")
    made.run("registry", "add", "account", "a1", "--request-id", "slip").done()
    made.run("registry", "withdraw", "slip", "--proof", "account_login").done()
    # It goes on covering what is older, and would hit nobody.
    assert "also some of Sample" in made.build().err
    made.run("registry", "withdraw", "slip", "--proof", "account_login", "--release-older").done()
    made.build().done()
