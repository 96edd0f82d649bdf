"""The production shape agrees with the code: services, queues, settings, and a locale in which Korean can be searched."""

import re
from typing import Any

import pytest
import yaml

from portal import environment
from portal.celery import QUEUES
from portal.stack import programs
from portal.stack.folders import BASE_DIR

NOT_SETTINGS = {"REMAP_SIGTERM", "SIMULATOR_KEY", "SIMULATOR_HOOK_SECRET"}  # celery's, and the simulator's own


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((BASE_DIR / "docker-compose.yml").read_text("utf-8"))
    return found


def _ours(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: service for name, service in compose["services"].items() if service["image"].startswith("sotong:")}


def _queues(command: list[str]) -> list[str]:
    return command[command.index("-Q") + 1].split(",") if "-Q" in command else []


def test_every_process_of_the_portal_is_there(compose: dict[str, Any]) -> None:
    workers = {"worker-send", "worker-receive", "worker-render", "worker-chatbot", "worker"}

    others = {"db", "valkey", "migrate", "web", "beat", "proxy", "smpp-link", "simulator"}
    assert set(compose["services"]) == others | workers
    assert compose["services"]["smpp-link"]["profiles"] == ["smpp"]
    assert compose["services"]["simulator"]["profiles"] == ["demo"]


def test_every_queue_has_exactly_one_kind_of_worker(compose: dict[str, Any]) -> None:
    served = [queue for service in _ours(compose).values() for queue in _queues(service["command"])]

    assert sorted(served) == sorted(QUEUES)


def test_our_workers_serve_every_queue_once() -> None:
    ours = [programs.sender({}), programs.builder({}), programs.worker({}, processes=2)]

    assert sorted(queue for program in ours for queue in _queues(program.command)) == sorted(QUEUES)


def test_every_environment_name_is_a_setting(compose: dict[str, Any]) -> None:
    import portal.settings  # noqa: F401 - reading it makes the names known

    names = {name.removesuffix("_FILE") for service in _ours(compose).values() for name in service["environment"]}

    assert names - NOT_SETTINGS <= environment.KNOWN


def test_every_required_value_is_given(compose: dict[str, Any]) -> None:
    required = {"SITE_URL", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PII_KEYS", "PII_INDEX_KEY", "DATA_KEK"}
    required |= {"DISTRICT_NAME", "DISTRICT_CITY", "DISTRICT_PHONE", "MESSAGING_CARRIERS"}

    for name, service in _ours(compose).items():
        given = {variable.removesuffix("_FILE") for variable in service["environment"]}
        assert required <= given, name


def test_every_secret_that_is_read_is_mounted_and_declared(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        mentioned = set(re.findall(r"/run/secrets/([\w.]+)", str({**service, "build": None})))
        assert mentioned <= set(service.get("secrets", [])), name
        assert set(service.get("secrets", [])) <= set(compose["secrets"]), name


def test_only_the_sender_and_the_front_leave_the_house(compose: dict[str, Any]) -> None:
    leaving = {name for name, service in compose["services"].items() if set(service["networks"]) != {"inside"}}

    assert compose["networks"]["inside"] == {"internal": True}
    assert leaving == {"web", "worker-send", "smpp-link", "proxy"}


def test_nothing_of_ours_may_more_than_it_must(compose: dict[str, Any]) -> None:
    for name, service in _ours(compose).items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name


def test_everybody_waits_for_the_tables(compose: dict[str, Any]) -> None:
    waiting = {name for name in _ours(compose) if name not in ("migrate", "simulator")}

    for name in waiting:
        assert compose["services"][name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully", name


def test_workers_may_finish_what_they_do(compose: dict[str, Any]) -> None:
    for name, service in _ours(compose).items():
        if _queues(service["command"]):
            assert service["stop_grace_period"] == "60s", name
            assert service["environment"]["REMAP_SIGTERM"] == "SIGQUIT", name


def test_database_is_made_with_a_locale_that_knows_hangul(compose: dict[str, Any]) -> None:
    arguments = compose["services"]["db"]["environment"]["POSTGRES_INITDB_ARGS"]

    assert "--locale=C.UTF-8 --locale-provider=builtin --builtin-locale=C.UTF-8" in arguments


def test_image_holds_every_room_and_no_data(compose: dict[str, Any]) -> None:
    recipe = compose["services"]["web"]["build"]["dockerfile_inline"]
    copied = re.findall(r"^COPY (.+) \S+$", recipe, re.MULTILINE)

    names = {name for line in copied for name in line.split()}
    assert {"portal", "messaging", "complaints", "notices", "chatbot", "templates", "static", "manage.py"} <= names
    assert all((BASE_DIR / name).exists() for name in names)
    assert not names & {".", "var", ".venv"}
