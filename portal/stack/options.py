"""What `./run` can be asked for."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from portal.stack.surroundings import PAYMENT_OFFSET


@dataclass(frozen=True)
class Options:
    """The asked-for way to run."""

    port: int
    workers: int
    is_once: bool
    is_dev: bool
    is_demo: bool
    is_reset: bool
    is_agreed: bool
    is_services_only: bool


def parse(arguments: Sequence[str]) -> Options:
    """Options from the command line; nonsense ends with argparse's exit code 2."""
    parser = argparse.ArgumentParser(prog="./run", description="소통 포털을 준비하고 실행합니다. Ctrl-C로 끝냅니다.")
    parser.add_argument("--once", action="store_true", help="모두 시작해 스스로 점검하고 끝냅니다")
    parser.add_argument(
        "--port",
        type=_port,
        default=8000,
        metavar="N",
        help="시민 화면의 포트 (통신사 모의기는 N+100, 전자문서지갑은 N+110, 결제는 N+120)",
    )
    parser.add_argument("--reset", action="store_true", help="내장 데이터를 지우고 처음부터 시작합니다")
    parser.add_argument("--yes", action="store_true", help="--reset을 되묻지 않습니다")
    parser.add_argument("--dev", action="store_true", help="개발용: 코드가 바뀌면 다시 읽습니다")
    parser.add_argument("--no-demo", action="store_true", help="시범 자치구 없이 시작합니다")
    parser.add_argument("--workers", type=_count, default=2, metavar="N", help="작업 프로세스 수 (기본 2)")
    parser.add_argument("--services-only", action="store_true", help="PostgreSQL과 Valkey만 시작합니다")
    found = parser.parse_args(arguments)
    return Options(
        port=found.port,
        workers=found.workers,
        is_once=found.once,
        is_dev=found.dev,
        is_demo=not found.no_demo,
        is_reset=found.reset,
        is_agreed=found.yes,
        is_services_only=found.services_only,
    )


def _port(text: str) -> int:
    if not text.isdigit() or not 1024 <= int(text) <= 65535 - PAYMENT_OFFSET:
        raise argparse.ArgumentTypeError(f"1024부터 {65535 - PAYMENT_OFFSET}까지의 수를 쓰세요")
    return int(text)


def _count(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError("1부터 64까지의 수를 쓰세요")
    return int(text)
