"""`python -m messaging.simulator`: a carrier on the loopback interface. `… audit LOG` judges what it took."""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import httpx

from messaging.simulator import audit
from messaging.simulator.exchange import Exchange
from messaging.simulator.faults import BadScript, Faults
from messaging.simulator.hooks import Outbox, address
from messaging.simulator.own import OwnDialect
from messaging.simulator.wire import Answer, Request, Server, json_answer

EARLY_PATIENCE = 5.0


def main(arguments: list[str]) -> int:
    """Run the carrier, or the audit; the exit code."""
    if arguments[:1] == ["audit"]:
        options = _audit_parser().parse_args(arguments[1:])
        return audit.run(options.log, options.expect)
    options = _parser().parse_args(arguments)
    missing = [name for name in ("SIMULATOR_KEY", "SIMULATOR_HOOK_SECRET") if not os.environ.get(name)]
    if missing:
        print(f"설정 오류: {', '.join(missing)} 값이 필요합니다. docs/carriers.md를 보세요.", file=sys.stderr)
        return 2
    try:
        faults = Faults(_script(options.script), seed=options.seed)
    except (OSError, ValueError, BadScript) as error:
        print(f"장애 각본을 읽을 수 없습니다: {error}", file=sys.stderr)
        return 2
    return asyncio.run(_serve(options, faults))


def _audit_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m messaging.simulator audit", description="진실 기록을 감사합니다.")
    parser.add_argument("log", type=Path)
    parser.add_argument("--expect", type=Path, help="나갔어야 할 참조(Attempt id)를 한 줄에 하나씩 적은 파일")
    return parser


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m messaging.simulator", description="통신사 모의기 (127.0.0.1 전용)")
    parser.add_argument("--port", type=int, default=8100, help="0이면 빈 포트")
    parser.add_argument("--hooks", default="http://127.0.0.1:8000", help="수신 결과와 회신을 보낼 포털 주소")
    parser.add_argument("--alias", default="main", help="MESSAGING_CARRIERS에서의 이름")
    parser.add_argument("--log", type=Path, default=Path("var/carrier.jsonl"), help="진실 기록")
    parser.add_argument("--script", type=Path, help="장애 각본(JSON)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--receipt-delay", type=float, default=1.5, help="접수 뒤 수신 결과까지의 초")
    parser.add_argument("--sender", action="append", default=[], help="등록된 발신번호(여러 번; 없으면 형식만 확인)")
    return parser


def _script(path: Path | None) -> list[Any]:
    found = [] if path is None else json.loads(path.read_text("utf-8"))
    if not isinstance(found, list):
        raise BadScript("a list of rules is expected")
    return found


async def _serve(options: argparse.Namespace, faults: Faults) -> int:
    exchange = Exchange(options.log, faults, receipt_delay=options.receipt_delay, senders=frozenset(options.sender))
    secret = os.environ["SIMULATOR_HOOK_SECRET"]
    async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
        receipts, replies = (
            Outbox(
                exchange,
                kind=kind,
                address=address(options.hooks, alias=options.alias, secret=secret, kind=page),
                secret=secret,
                client=client,
            )
            for kind, page in (("receipt", "receipts"), ("reply", "replies"))
        )
        dialect = OwnDialect(
            exchange,
            key=os.environ["SIMULATOR_KEY"],
            wait_posted=lambda ids: receipts.wait_posted(ids, seconds=EARLY_PATIENCE),
        )

        async def handle(request: Request) -> Answer:
            if request.path == "/healthz":
                return json_answer({"status": "ok", "accepted": exchange.world.accepted_count})
            return await dialect.answer(request)

        server = Server(handle)
        try:
            port = await server.start(options.port)
        except OSError as error:
            print(f"포트 {options.port}에서 시작할 수 없습니다: {error.strerror}", file=sys.stderr)
            return 1
        print(f"listening on http://127.0.0.1:{port}", flush=True)
        await _until_stopped(receipts, replies)
        await server.stop()
    exchange.close()
    return 0


async def _until_stopped(*outboxes: Outbox) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    tasks = [asyncio.create_task(outbox.run()) for outbox in outboxes]
    await stop.wait()
    for task in tasks:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
