"""Run in the stage's environment: rings for the drain and the reconciler twice a second, as an eager beat would."""

import time

from kombu.exceptions import OperationalError

from portal.celery import app

TASKS = {"messaging.tasks.drain": "send", "messaging.tasks.reconcile": "send"}


def main() -> None:
    """Ring until killed. A dead broker is what the test is about."""
    while True:
        for name, queue in TASKS.items():
            try:
                app.send_task(name, queue=queue, expires=2, retry=False)
            except (OperationalError, OSError):
                continue
        time.sleep(0.5)


if __name__ == "__main__":
    main()
