#!/usr/bin/env bash
# Makes .venv equal to the lock and asks the system for what is missing. Shared by ./run, ./check and .ci/run.
# Usage: scripts/bootstrap.sh run|check. Works with bash 3.2 and BSD tools (macOS); PYTHON= chooses the interpreter.
set -u
cd "$(dirname "$0")/.." || exit 1
purpose=${1:?run or check}
log=var/log/bootstrap.log
mkdir -p var/log || exit 1

say() { printf '· %s\n' "$*" >&2; }
stop() { printf '%s\n' "$*" >&2; exit 1; }

case $purpose in
    run) lock=requirements.lock; packages="poppler-utils poppler-data fonts-nanum" ;;
    check) lock=requirements-dev.lock; packages="poppler-utils poppler-data fonts-nanum chromium fonts-noto-cjk faketime" ;;
    *) stop "scripts/bootstrap.sh run|check" ;;
esac

# --- Python ---------------------------------------------------------------------------------------------------------
is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    local name
    for name in ${PYTHON:+"$PYTHON"} python3 python3.14 python3.13 python3.12 python3.11; do
        if is_new_enough "$name"; then
            command -v "$name"
            return 0
        fi
        [ -n "${PYTHON:-}" ] && return 1
    done
    return 1
}

python=$(find_python) || stop "Python 3.11 이상이 필요합니다. 설치한 뒤 PYTHON=/경로/python3 ./$purpose 로 알려 주세요."

# What the environment must be made of.
wanted_for() {
    "$python" -c '
import hashlib, platform, sys
content = open(sys.argv[1], "rb").read() + platform.python_version().encode()
print(hashlib.sha256(content).hexdigest())' "$1"
}

is_ready() { # a development environment holds everything ./run needs
    local found
    [ -x .venv/bin/python ] && [ -f .venv/.stamp ] || return 1
    found=$(cat .venv/.stamp)
    [ "$found" = "$(wanted_for "$lock")" ] || [ "$found" = "$(wanted_for requirements-dev.lock)" ]
}

# --- packages of the system -------------------------------------------------------------------------------------------
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif sudo -n true >/dev/null 2>&1; then
        sudo -n env DEBIAN_FRONTEND=noninteractive "$@"
    elif [ -t 0 ] && command -v sudo >/dev/null; then
        sudo env DEBIAN_FRONTEND=noninteractive "$@"
    else
        return 1
    fi
}

apt_install() {
    export DEBIAN_FRONTEND=noninteractive
    as_root apt-get install -y -q --no-install-recommends "$@" >>"$log" 2>&1 && return 0
    as_root apt-get update -q >>"$log" 2>&1 && as_root apt-get install -y -q --no-install-recommends "$@" >>"$log" 2>&1
}

missing_packages() {
    local name
    for name in $packages; do
        [ "$name" = chromium ] && [ -n "${CHROMIUM:-}" ] && continue
        dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || printf '%s ' "$name"
    done
}

system_packages() { # all optional: the portal works without, with fewer engines and fewer tests
    local missing
    if [ "$(uname)" = Darwin ]; then
        command -v pdftoppm >/dev/null || say "선택: brew install poppler (두 번째 PDF 엔진)"
        return
    fi
    command -v apt-get >/dev/null || return
    missing=$(missing_packages)
    [ -n "$missing" ] || return
    if [ "$(cat var/apt-refused 2>/dev/null)" = "$missing" ]; then
        say "설치되지 않은 선택 꾸러미: ${missing}(다시 시도하려면 rm var/apt-refused)"
        return
    fi
    say "시스템 꾸러미를 설치합니다: $missing"
    # shellcheck disable=SC2086 # a list of words
    if ! apt_install $missing; then
        printf '%s' "$missing" >var/apt-refused
        say "설치하지 못해 없이 계속합니다. 필요하면: sudo apt-get install $missing"
    fi
}

# --- .venv ------------------------------------------------------------------------------------------------------------
make_venv() {
    local version
    # one that lost its interpreter is made again; one whose lock changed is brought up to date
    .venv/bin/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && return
    rm -rf .venv
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
        command -v apt-get >/dev/null && say "python$version-venv를 설치합니다" && apt_install "python$version-venv"
        "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 ||
            stop "파이썬의 venv가 없습니다. 먼저 설치하세요: sudo apt-get install python$version-venv"
    fi
    say "파이썬 환경(.venv)을 만듭니다"
    "$python" -m venv .venv >>"$log" 2>&1 || { tail -20 "$log" >&2; stop "파이썬 환경을 만들지 못했습니다."; }
}

shown() { # on a terminal the installer shows its own progress
    if [ -t 2 ]; then "$@"; else "$@" >>"$log" 2>&1; fi
}

install_lock() {
    local quiet="-q"
    [ -t 2 ] && quiet=""
    say "파이썬 꾸러미를 설치합니다 (처음에는 1~2분)"
    awk '/^uv==/{p=1} p{print} p&&!/\\$/{exit}' "$lock" >var/uv.txt
    # shellcheck disable=SC2086 # empty or one word
    if shown .venv/bin/python -m pip install -q --require-hashes -r var/uv.txt &&
        shown .venv/bin/uv pip install $quiet --python .venv/bin/python --require-hashes -r "$lock"; then
        return 0
    fi
    say "uv로 설치하지 못해 pip으로 다시 합니다 (몇 분 걸립니다)"
    # shellcheck disable=SC2086
    shown .venv/bin/python -m pip install $quiet --require-hashes -r "$lock" && return 0
    [ -t 2 ] || tail -20 "$log" >&2
    stop "파이썬 꾸러미를 설치하지 못했습니다. 네트워크를 확인하고 다시 ./$purpose 를 실행하세요."
}

if [ "${2:-}" != locked ]; then
    is_ready && exit 0
    # one set-up at a time; flock(1) does not exist everywhere, Python's does, and the lock survives exec
    exec "$python" -c '
import fcntl, os, sys
file = open("var/setup.lock", "a")
try:
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    print("· 다른 곳에서 준비 중입니다. 끝나기를 기다립니다…", file=sys.stderr, flush=True)
    fcntl.flock(file, fcntl.LOCK_EX)
os.set_inheritable(file.fileno(), True)
os.execvp("bash", ["bash", "scripts/bootstrap.sh", sys.argv[1], "locked"])' "$purpose"
fi

is_ready && exit 0 # somebody else has just done it
system_packages
make_venv
rm -f .venv/.stamp
install_lock
wanted_for "$lock" >.venv/.stamp
