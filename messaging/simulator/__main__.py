"""`python -m messaging.simulator`: a carrier on the loopback interface. `… audit LOG` judges what it took."""

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path

from messaging.simulator import audit
from messaging.simulator.crowd import read_mix
from messaging.simulator.faults import BadScript, Faults
from messaging.simulator.process import Setup, serve

SECRETS = ("SIMULATOR_KEY", "SIMULATOR_HOOK_SECRET")


def main(arguments: list[str]) -> int:
    """Run the carrier, or the audit; the exit code."""
    if arguments[:1] == ["audit"]:
        options = _audit_parser().parse_args(arguments[1:])
        return audit.run(options.log, options.expect)
    options = _parser().parse_args(arguments)
    missing = [name for name in SECRETS if not os.environ.get(name)]
    if missing:
        print(f"설정 오류: {', '.join(missing)} 값이 필요합니다. docs/carriers.md를 보세요.", file=sys.stderr)
        return 2
    try:
        setup = _setup(options)
    except (OSError, ValueError) as error:
        print(f"각본을 읽을 수 없습니다: {error}", file=sys.stderr)
        return 2
    return asyncio.run(serve(setup))


def _audit_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m messaging.simulator audit", description="진실 기록을 감사합니다.")
    parser.add_argument("log", type=Path)
    parser.add_argument("--expect", type=Path, help="나갔어야 할 참조(Attempt id)를 한 줄에 하나씩 적은 파일")
    return parser


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m messaging.simulator", description="통신사 모의기 (127.0.0.1 전용)")
    parser.add_argument("--port", type=int, default=8100, help="0이면 빈 포트")
    parser.add_argument("--hooks", default="http://127.0.0.1:8000", help="수신 결과와 회신을 보낼 포털 주소")
    parser.add_argument(
        "--alias",
        action="append",
        default=[],
        metavar="[방언=]이름",
        help="MESSAGING_CARRIERS에서의 이름(기본 main); nhn=spare처럼 방언마다 달리 줄 수 있음",
    )
    parser.add_argument(
        "--polled",
        action="append",
        default=[],
        metavar="방언",
        choices=["bizgo"],
        help="결과를 알리지 않고 물어볼 때까지 두는 방언",
    )
    parser.add_argument("--log", type=Path, default=Path("var/carrier.jsonl"), help="진실 기록")
    parser.add_argument("--script", type=Path, help="장애 각본(JSON)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--receipt-delay", type=float, default=1.5, help="접수 뒤 수신 결과까지의 초")
    parser.add_argument("--sender", action="append", default=[], help="등록된 발신번호(여러 번; 없으면 형식만 확인)")
    parser.add_argument("--crowd", type=int, default=0, metavar="N", help="답을 청하는 문자에 시민 N명이 답장")
    parser.add_argument("--mix", type=Path, help="이름 없는 시민이 어떻게 답하는지(TOML)")
    parser.add_argument("--people", type=Path, help="번호마다 이름·생년월일·답(JSON 줄); 바뀌면 다시 읽음")
    return parser


def _alias(given: str) -> tuple[str, str]:
    dialect, _, alias = given.rpartition("=")
    return dialect, alias


def _setup(options: argparse.Namespace) -> Setup:
    rules = [] if options.script is None else json.loads(options.script.read_text("utf-8"))
    if not isinstance(rules, list):
        raise BadScript("a list of rules is expected")
    key, hook_secret = (os.environ[name] for name in SECRETS)
    return Setup(
        port=options.port,
        hooks=options.hooks,
        aliases={"": "main", **dict(_alias(one) for one in options.alias)},
        polled=frozenset(options.polled),
        log=options.log,
        key=key,
        hook_secret=hook_secret,
        faults=Faults(rules, seed=options.seed),
        seed=options.seed,
        receipt_delay=options.receipt_delay,
        senders=frozenset(options.sender),
        crowd=options.crowd,
        mix=read_mix(options.mix),
        people=options.people,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
