"""Environment variables are read strictly, and secrets may come from files."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config import env

NAME = "HOLOBASE_TEST_VALUE"


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Start from an environment in which the variable of these tests is not set."""
    for name in (NAME, f"{NAME}_FILE", env.DATA_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.fixture
def data_folder(given: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Point the data folder at a place that does not exist yet."""
    folder = tmp_path / "new" / "place"
    given.setenv(env.DATA_VARIABLE, str(folder))
    return folder


def test_an_operator_can_leave_every_variable_out(given: pytest.MonkeyPatch) -> None:
    assert env.text(NAME, "plain") == "plain"
    assert env.flag(NAME) is False
    assert env.flag(NAME, True) is True
    assert env.integer(NAME, 7) == 7
    assert env.choice(NAME, ("api", "all"), "all") == "all"
    assert env.words(NAME, ["localhost"]) == ["localhost"]
    assert env.path(NAME, Path("/srv")) == Path("/srv")
    assert env.url(NAME, "redis://default") == "redis://default"
    assert env.secret(NAME) == ""


def test_an_operator_can_leave_a_variable_blank(given: pytest.MonkeyPatch) -> None:
    given.setenv(NAME, "  ")

    assert env.text(NAME, "plain") == "plain"
    assert env.flag(NAME, True) is True
    assert env.integer(NAME, 7) == 7
    assert env.words(NAME, ["localhost"]) == ["localhost"]


@pytest.mark.parametrize("written", ["1", "true", "YES", "On", " true "])
def test_an_operator_can_switch_a_flag_on(given: pytest.MonkeyPatch, written: str) -> None:
    given.setenv(NAME, written)

    assert env.flag(NAME) is True


@pytest.mark.parametrize("written", ["0", "false", "NO", "Off"])
def test_an_operator_can_switch_a_flag_off(given: pytest.MonkeyPatch, written: str) -> None:
    given.setenv(NAME, written)

    assert env.flag(NAME, True) is False


def test_an_operator_cannot_write_a_flag_that_means_nothing(given: pytest.MonkeyPatch) -> None:
    given.setenv(NAME, "ture")

    with pytest.raises(env.VariableProblem, match=f"^{NAME}: .*'ture'") as raised:
        env.flag(NAME)
    assert raised.value.name == NAME


@pytest.mark.parametrize("written", ["many", "1.5", "-1", "0x10"])
def test_an_operator_cannot_give_a_number_out_of_range(
    given: pytest.MonkeyPatch, written: str
) -> None:
    given.setenv(NAME, written)

    with pytest.raises(env.VariableProblem, match=f"^{NAME}: expected"):
        env.integer(NAME, 1)


def test_an_operator_can_give_a_number_down_to_the_minimum(given: pytest.MonkeyPatch) -> None:
    given.setenv(NAME, "-1")

    assert env.integer(NAME, 1, minimum=-1) == -1


def test_an_operator_can_only_choose_what_exists(given: pytest.MonkeyPatch) -> None:
    given.setenv(NAME, "worker")
    assert env.choice(NAME, ("api", "worker"), "api") == "worker"

    given.setenv(NAME, "Worker")
    with pytest.raises(env.VariableProblem, match=f"^{NAME}: expected one of api, worker"):
        env.choice(NAME, ("api", "worker"), "api")


def test_an_operator_can_list_words(given: pytest.MonkeyPatch) -> None:
    given.setenv(NAME, "a.example, b.example,,")

    assert env.words(NAME) == ["a.example", "b.example"]


def test_an_operator_can_give_a_path_relative_to_the_working_folder(
    given: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given.chdir(tmp_path)
    given.setenv(NAME, "my cards")

    assert env.path(NAME, Path("/srv")) == tmp_path / "my cards"


def test_an_operator_can_give_an_address(given: pytest.MonkeyPatch) -> None:
    given.setenv(NAME, "postgresql://holo:pass@db.example:5432/holo")

    assert env.url(NAME, schemes=["postgresql", "sqlite"]) == (
        "postgresql://holo:pass@db.example:5432/holo"
    )


def test_an_operator_can_give_the_address_of_a_local_file(given: pytest.MonkeyPatch) -> None:
    given.setenv(NAME, "sqlite:///srv/holo.sqlite3")

    assert env.url(NAME) == "sqlite:///srv/holo.sqlite3"


@pytest.mark.parametrize(
    "written", ["localhost", "//db", "redis://", "redis://:99999", "redis://h:0", "http://[::1"]
)
def test_an_operator_cannot_give_an_address_that_leads_nowhere(
    given: pytest.MonkeyPatch, written: str
) -> None:
    given.setenv(NAME, written)

    with pytest.raises(env.VariableProblem, match=f"^{NAME}: expected an address"):
        env.url(NAME)


def test_an_operator_cannot_mix_up_the_kinds_of_address(given: pytest.MonkeyPatch) -> None:
    given.setenv(NAME, "mysql://holo:pass@db.example/holo")

    with pytest.raises(env.VariableProblem, match="expected redis or rediss://") as raised:
        env.url(NAME, schemes=["redis", "rediss"])
    assert "pass" not in str(raised.value)


def test_an_operator_can_keep_a_secret_in_a_file(given: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("redis://:s3cret@cache.example/0\n")
    given.setenv(f"{NAME}_FILE", str(file))

    assert env.secret(NAME) == "redis://:s3cret@cache.example/0"
    assert env.url(NAME) == "redis://:s3cret@cache.example/0"
    assert env.generated_secret(NAME) == "redis://:s3cret@cache.example/0"


def test_an_operator_cannot_give_a_secret_twice(given: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given.setenv(NAME, "one")
    given.setenv(f"{NAME}_FILE", str(tmp_path / "other"))

    with pytest.raises(env.VariableProblem, match=f"^{NAME}: is set twice"):
        env.secret(NAME)


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe"])
def test_an_operator_cannot_point_to_a_file_without_a_secret(
    given: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)
    given.setenv(f"{NAME}_FILE", str(file))

    with pytest.raises(env.VariableProblem, match=f"^{NAME}_FILE: "):
        env.secret(NAME)


def test_a_new_installation_can_make_its_own_secret_once(data_folder: Path) -> None:
    first = env.generated_secret(NAME)

    file = data_folder / "secrets" / NAME.lower()
    assert len(first) >= 50
    assert file.read_text() == env.generated_secret(NAME) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_two_processes_can_start_at_once_with_one_secret(data_folder: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = set(pool.map(env.generated_secret, [NAME] * 64))

    assert len(made) == 1
    assert [file.name for file in (data_folder / "secrets").iterdir()] == [NAME.lower()]


def test_an_operator_can_bring_the_secret_instead(
    given: pytest.MonkeyPatch, data_folder: Path
) -> None:
    given.setenv(NAME, "brought along")

    assert env.generated_secret(NAME) == "brought along"
    assert not data_folder.exists()


def test_an_operator_can_read_why_a_secret_is_not_kept(data_folder: Path) -> None:
    data_folder.parent.mkdir()
    data_folder.write_text("a file where a folder should be")

    with pytest.raises(env.VariableProblem, match=f"^{NAME}: is not set and cannot be kept"):
        env.generated_secret(NAME)


def test_the_data_folder_can_default_to_the_project(given: pytest.MonkeyPatch) -> None:
    assert env.data_dir() == env.PROJECT_DIR / "data"


@pytest.mark.parametrize("spelling", [["--data", "my cards"], ["--data=my cards"]])
def test_an_operator_can_choose_the_data_folder_on_the_command_line(
    given: pytest.MonkeyPatch, tmp_path: Path, spelling: list[str]
) -> None:
    given.setenv(env.DATA_VARIABLE, "/elsewhere")
    given.chdir(tmp_path)

    rest = env.adopt_options(["manage.py", "serve", *spelling, "--port", "9000"])

    assert rest == ["manage.py", "serve", "--port", "9000"]
    assert env.data_dir() == tmp_path / "my cards"


@pytest.mark.parametrize("spelling", [["--data"], ["--data="], ["--data", "--demo"]])
def test_an_operator_cannot_forget_the_folder(
    given: pytest.MonkeyPatch, spelling: list[str]
) -> None:
    with pytest.raises(env.VariableProblem, match=r"^--data: expected a folder"):
        env.adopt_options(["manage.py", "serve", *spelling])


def test_other_options_can_pass_untouched(given: pytest.MonkeyPatch) -> None:
    argv = ["manage.py", "dumpdata", "--database", "default", "--data-only"]

    assert env.adopt_options(argv) == argv


def test_django_can_be_told_which_settings_to_load(given: pytest.MonkeyPatch) -> None:
    given.delenv("DJANGO_SETTINGS_MODULE")
    env.select_settings()
    assert env.text("DJANGO_SETTINGS_MODULE") == "config.settings"

    given.setenv("DJANGO_SETTINGS_MODULE", "elsewhere.settings")
    env.select_settings()
    assert env.text("DJANGO_SETTINGS_MODULE") == "elsewhere.settings"
