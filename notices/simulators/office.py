"""What both simulators share: the loop they run in, who may call them, faults, and telling the customer the news."""

import argparse
import asyncio
import hmac
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Any

import httpx

from messaging.simulator.faults import Faults, Rule
from messaging.simulator.signing import path_secret, signature
from messaging.simulator.striking import Manners
from messaging.simulator.truth import Event, TruthLog, read
from messaging.simulator.wire import Answer, Request, Server, json_answer

SECRETS = ("SIMULATOR_KEY", "SIMULATOR_HOOK_SECRET")
FIRST_PAUSE, LONGEST_PAUSE, MOST_TRIES = 0.25, 30.0, 40
FORGER = "somebody else's secret"
STYLE = Path(__file__).parent / "static" / "provider.css"
Handler = Callable[[Request], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything a simulator is started with. `page`: the customer's page for news, without host."""

    port: int
    hooks: str
    page: str
    alias: str
    log: Path
    key: str
    hook_secret: str
    faults: Faults


def add_options(parser: argparse.ArgumentParser, *, port: int, log: str, alias: str) -> None:
    """The options both simulators understand."""
    parser.add_argument("--port", type=int, default=port, help="0이면 빈 포트")
    parser.add_argument("--hooks", default="http://127.0.0.1:8000", help="결과를 알릴 포털 주소")
    parser.add_argument("--alias", default=alias, help="포털 설정에서의 이름")
    parser.add_argument("--log", type=Path, default=Path(log), help="진실 기록")
    parser.add_argument("--script", type=Path, help="장애 각본(JSON)")
    parser.add_argument("--seed", type=int, default=7)


def setup_of(options: argparse.Namespace, *, page: str) -> Setup:
    """
    :raises ValueError: if a secret is missing, or the script is not in the documented shape
    :raises OSError: if the script cannot be read
    """
    missing = [name for name in SECRETS if not os.environ.get(name)]
    if missing:
        raise ValueError(f"{', '.join(missing)} 값이 필요합니다. docs/sockets.md를 보세요.")
    rules = [] if options.script is None else json.loads(options.script.read_text("utf-8"))
    key, hook_secret = (os.environ[name] for name in SECRETS)
    return Setup(
        port=options.port,
        hooks=options.hooks,
        page=page,
        alias=options.alias,
        log=options.log,
        key=key,
        hook_secret=hook_secret,
        faults=Faults(rules, seed=options.seed),
    )


class Office:
    """The books of one simulator, and its post to the customer."""

    def __init__(self, setup: Setup, client: httpx.AsyncClient) -> None:
        self.past = list(read(setup.log))
        self.faults = setup.faults
        self._setup = setup
        self._client = client
        self._truth = TruthLog(setup.log, last_seq=max((event["seq"] for event in self.past), default=0))
        self._errands: set[asyncio.Task[None]] = set()

    def note(self, **event: Any) -> Event:
        """Write down what happened before anybody is told."""
        self._truth.append([event])
        return event

    def is_ours(self, request: Request) -> bool:
        """Whether the customer's key came with the call."""
        given = request.headers.get("authorization", "").encode("latin-1")
        return hmac.compare_digest(given, f"Bearer {self._setup.key}".encode())

    def strike(self, request: Request, *, key: str = "") -> list[Rule]:
        """The faults that befall this call, noted in the truth."""
        rules = self.faults.of_call(request.method, request.path)
        for rule in rules:
            self.note(event="fault", fault=rule.fault, path=request.path, key=key)
        return rules

    def tell(self, news: Sequence[Event], *, after: float = 0.0, copies: int = 1, is_forged: bool = False) -> None:
        """Tell the customer, again and again until it is taken; what is forged is told once and meant to be refused."""
        for _ in range(copies):
            errand = asyncio.get_running_loop().create_task(self._post(list(news), after, is_forged=is_forged))
            self._errands.add(errand)
            errand.add_done_callback(self._errands.discard)

    async def _post(self, news: Sequence[Event], after: float, *, is_forged: bool) -> None:
        await asyncio.sleep(after)
        body = json.dumps({"events": news}, ensure_ascii=False).encode()
        place = path_secret(self._setup.hook_secret)
        address = f"{self._setup.hooks.rstrip('/')}{self._setup.page}{self._setup.alias}/{place}/"
        pause = FIRST_PAUSE
        for _ in range(1 if is_forged else MOST_TRIES):
            secret = FORGER if is_forged else self._setup.hook_secret
            headers = {
                "content-type": "application/json",
                "x-signature": signature(body, secret=secret, at=int(time())),
            }
            status = await self._try(address, body, headers)
            self.note(event="told", ids=[one["event"] for one in news], status=status, forged=is_forged)
            if 200 <= status < 300:
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _try(self, address: str, body: bytes, headers: dict[str, str]) -> int:
        try:
            return (await self._client.post(address, content=body, headers=headers)).status_code
        except httpx.HTTPError:
            return 0

    def close(self) -> None:
        """Nothing more is written."""
        for errand in self._errands:
            errand.cancel()
        self._truth.close()


async def serve(setup: Setup, build: Callable[[Office], Handler]) -> int:
    """Run one simulator until SIGTERM or SIGINT; the exit code."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
        office = Office(setup, client)
        handler = build(office)
        server = Server(lambda request: _answer(office, handler, request))
        try:
            port = await server.start(setup.port)
        except OSError as error:
            print(f"포트 {setup.port}에서 시작할 수 없습니다: {error.strerror}", file=sys.stderr)
            return 1
        print(f"listening on http://127.0.0.1:{port}", flush=True)
        await stop.wait()
        await server.stop()
        office.close()
    return 0


async def _answer(office: Office, handler: Handler, request: Request) -> Answer:
    if request.path == "/healthz":
        return json_answer({"status": "ok"})
    if request.path == "/provider.css":
        return Answer(body=STYLE.read_bytes(), content_type="text/css; charset=utf-8")
    if request.path == "/control" and request.method == "POST":
        return _control(office, request)
    return await handler(request)


def _control(office: Office, request: Request) -> Answer:
    """Tests replace the fault script at run time: {"rules": [...]}."""
    if not office.is_ours(request):
        return MANNERS.wrong_key
    try:
        office.faults.replace(json.loads(request.body)["rules"])
    except (ValueError, KeyError, TypeError) as error:
        return problem(400, "bad_request", str(error))
    return json_answer({"rules": len(office.faults.rules)})


def problem(status: int, code: str, reason: str) -> Answer:
    """A refusal in JSON."""
    return json_answer({"code": code, "reason": reason}, status)


MANNERS = Manners(
    wrong_key=problem(401, "wrong_key", "wrong key"),
    too_many=problem(429, "too_many", "too many requests"),
    no_balance=problem(403, "no_balance", "the account is closed"),
)
