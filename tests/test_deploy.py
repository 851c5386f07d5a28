"""The files in `deploy/` name commands, options, settings, ports and folders that the program has."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import typer.core
import typer.main
import yaml

import app
from newsdesk.program import _build_whole
from rag.settings import Settings

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
CONTAINER = (ROOT / "Containerfile").read_text("utf-8")
ELSEWHERE = {"PGPASSWORD", "FORWARDED_ALLOW_IPS", "PAGE_NAME"}
"""Variables that libpq, uvicorn and the file itself read."""


def parse(arguments: list[str]) -> Any:
    """Return what the program reads from its arguments; raise an error where it knows one of them not."""
    if arguments[0] == "serve":
        return app.parser().parse_args(arguments[1:])
    name: Any = "newsdesk"
    command: Any = typer.main.get_command(_build_whole())
    context = None
    while True:
        context = command.make_context(name, arguments, parent=context)
        rest = [*context._protected_args, *context.args]
        if not (isinstance(command, typer.core.TyperGroup) and rest):
            return context.params
        name, command, arguments = command.resolve_command(context, rest)


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return cast("dict[str, Any]", yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8")))


@pytest.fixture(scope="module")
def objects() -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text("utf-8")))


def own(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: one for name, one in compose["services"].items() if one["image"] == "newsdesk"}


def templates(objects: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield each object that runs containers of ours, with its container."""
    for one in objects:
        for container in one["spec"]["template"]["spec"]["containers"] if "template" in one.get("spec", {}) else ():
            if container["image"] == "newsdesk":
                yield one, container


def assert_known(names: set[str]) -> None:
    """Settings are those that the program reads: a name with a mistake in it would be ignored."""
    settings = {f"NEWSDESK_{name.upper()}" for name in Settings.model_fields}
    assert names <= settings | ELSEWHERE


def test_the_container_runs_the_program_in_its_archive() -> None:
    assert 'ENTRYPOINT ["newsdesk"]' in CONTAINER
    assert "WORKDIR /archive" in CONTAINER
    assert re.findall(r"^EXPOSE (\d+)$", CONTAINER, re.MULTILINE) == ["7860"]
    default = re.search(r'^CMD \["(.*)"\]$', CONTAINER, re.MULTILINE)
    assert default
    assert parse(default[1].split('", "')).port == 7860


def test_compose_runs_two_pages_and_two_workers_on_one_database(compose: dict[str, Any]) -> None:
    services = own(compose)
    assert sorted(services) == ["page-1", "page-2", "worker-1", "worker-2"]
    for name, service in services.items():
        read = parse(service["command"])
        assert_known(set(service["environment"]))
        assert service["environment"]["NEWSDESK_DATABASE"] == "postgresql://newsdesk@db:5432/newsdesk"
        assert service["depends_on"] == {"db": {"condition": "service_healthy"}}
        if name.startswith("page"):
            assert (read.host, read.port, read.auth_database) == ("0.0.0.0", 7860, True)
            assert service["volumes"] == [f"{name}:/archive"]
        else:
            assert read["follow"] is True
    build = services["page-1"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).is_file()
    assert all(f"ARG {name}=" in CONTAINER for name in build["args"])
    database = compose["services"]["db"]["environment"]
    assert (database["POSTGRES_USER"], database["POSTGRES_DB"]) == ("newsdesk", "newsdesk")
    volumes = [volume for one in compose["services"].values() for volume in one.get("volumes", ())]
    named = {volume.partition(":")[0] for volume in volumes if not volume.startswith(".")}
    assert named == set(compose["volumes"])


def test_the_balancer_leads_to_both_pages(compose: dict[str, Any]) -> None:
    balancer = compose["services"]["balancer"]
    file = balancer["volumes"][0].partition(":")[0]
    text = (DEPLOY / file).read_text("utf-8")
    assert balancer["ports"] == ["7860:7860"]
    assert re.findall(r"^    bind :(\d+)$", text, re.MULTILINE) == ["7860"]
    backends = text.split("\nbackend ")[1:]
    for backend in backends:
        assert re.findall(r"^    server \S+ (\S+)", backend, re.MULTILINE) == ["page-1:7860", "page-2:7860"]
    defined = {backend.split()[0] for backend in backends}
    assert set(re.findall(r"(?:use|default)_backend (\S+)", text)) == defined


def test_kubernetes_runs_two_pages_and_two_workers_on_one_database(objects: list[dict[str, Any]]) -> None:
    kinds = {(one["kind"], one["metadata"]["name"]): one for one in objects}
    settings = kinds["ConfigMap", "newsdesk"]["data"]
    assert settings == {"NEWSDESK_DATABASE": "postgresql://newsdesk@newsdesk-db:5432/newsdesk"}
    assert_known(set(settings))
    assert ("Service", "newsdesk-db") in kinds
    found = list(templates(objects))
    assert [one["metadata"]["name"] for one, _ in found] == ["newsdesk-page", "newsdesk-worker"]
    for one, container in found:
        assert one["spec"]["replicas"] == 2
        assert one["spec"]["selector"]["matchLabels"] == one["spec"]["template"]["metadata"]["labels"]
        assert_known({variable["name"] for variable in container["env"]})
        assert container["envFrom"] == [{"configMapRef": {"name": "newsdesk"}}]
        assert [mount["mountPath"] for mount in container["volumeMounts"]] == ["/archive"]
    (pages, page), (_, worker) = found
    read = parse(page["args"])
    service = kinds["Service", "newsdesk"]["spec"]
    assert service["selector"] == pages["spec"]["template"]["metadata"]["labels"]
    assert service["ports"][0]["targetPort"] == page["ports"][0]["containerPort"] == read.port
    assert page["readinessProbe"]["tcpSocket"]["port"] == read.port
    assert (read.host, read.auth_database, read.name) == ("0.0.0.0", True, ["$(PAGE_NAME)"])
    assert parse(worker["args"])["follow"] is True


@pytest.mark.parametrize("arguments", [["index", "--folow"], ["indx", "--follow"], ["serve", "--prt", "1"]])
def test_what_the_program_does_not_know_would_be_noticed(arguments: list[str]) -> None:
    with pytest.raises((typer.BadParameter.__bases__[0], SystemExit)):
        parse(arguments)


def test_commands_in_comments_are_known_too() -> None:
    text = "".join((DEPLOY / name).read_text("utf-8") for name in ("compose.yaml", "kubernetes.yaml"))
    lines = re.findall(r"(?:worker-1|-- newsdesk) ((?:accounts )?add .*)$", text, re.MULTILINE)
    assert len(lines) == 3
    for line in lines:
        parse(line.split())
