/**
 * Live numbers: <section data-live="/address/" data-live-every="2"> polls the address and replaces its [data-live-part]
 * elements by the same-named ones of the answer. One loop per address, never two requests in flight, silence while the
 * tab is hidden, and less often when the server is slow. Without JavaScript the page simply stays as it was drawn.
 */

import { gettext } from "./words.js";

const LONGEST_MS = 60_000;
const ABORT_MS = 10_000;

class Loop {
  constructor(section) {
    this.section = section;
    this.url = section.dataset.live;
    this.every = Number(section.dataset.liveEvery || 5) * 1000;
    this.tag = "";
    this.failures = 0;
    this.timer = 0;
    this.request = null;
    this.stopped = false;
    this.paused = false;
    this.addSwitch();
  }

  /** WCAG 2.2.2: what moves by itself can be stopped. */
  addSwitch() {
    this.note = document.createElement("p");
    this.note.setAttribute("role", "status");
    this.note.className = "live-note";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "live-switch";
    button.textContent = gettext("자동 새로고침 끄기");
    button.addEventListener("click", () => {
      this.paused = !this.paused;
      button.textContent = this.paused ? gettext("자동 새로고침 켜기") : gettext("자동 새로고침 끄기");
      this.paused ? this.sleep() : this.wake();
    });
    this.switch = button;
    this.section.append(button, this.note);
  }

  wake() {
    if (!this.stopped && !this.paused && !document.hidden && navigator.onLine && !this.request) {
      clearTimeout(this.timer);
      this.ask();
    }
  }

  sleep() {
    clearTimeout(this.timer);
    this.request?.abort();
  }

  stop(words) {
    this.stopped = true;
    this.sleep();
    this.switch.hidden = true;
    this.note.textContent = words;
  }

  plan(ms) {
    clearTimeout(this.timer);
    if (!this.stopped && !this.paused && !document.hidden) this.timer = setTimeout(() => this.wake(), ms);
  }

  async ask() {
    const request = (this.request = new AbortController());
    const abort = setTimeout(() => request.abort(), ABORT_MS);
    const started = performance.now();
    try {
      // With the browser's own cache a 304 would be reported as 200 and everything drawn again.
      const headers = { "X-Requested-With": "live", ...(this.tag ? { "If-None-Match": this.tag } : {}) };
      const answer = await fetch(this.url, { headers, cache: "no-store", credentials: "same-origin", signal: request.signal });
      await this.take(answer);
      this.plan(this.wait(answer, performance.now() - started));
    } catch {
      this.failures += 1;
      this.plan(this.backOff());
    } finally {
      clearTimeout(abort);
      this.request = null;
    }
  }

  async take(answer) {
    if (answer.status === 304) {
      this.failures = 0;
    } else if (answer.redirected || answer.status === 401 || answer.status === 403) {
      this.stop(gettext("로그인이 끝났습니다. 다시 로그인해 주세요."));
    } else if (answer.status === 404) {
      this.stop("");
    } else if (answer.ok) {
      this.failures = 0;
      this.tag = answer.headers.get("ETag") || "";
      this.draw(await answer.text());
    } else {
      this.failures += 1;
    }
    if (answer.headers.get("X-Live") === "stop") this.stop("");
  }

  wait(answer, took) {
    const retry = Number(answer.headers.get("Retry-After"));
    if ((answer.status === 429 || answer.status === 503) && retry > 0) return retry * 1000;
    if (this.failures) return this.backOff();
    return Math.min(Math.max(this.every, 250 * Math.sqrt(took) - 1000), LONGEST_MS);
  }

  backOff() {
    const jitter = 0.7 + 0.6 * Math.random();
    return Math.min(this.every * 2 ** Math.min(this.failures, 6), LONGEST_MS) * jitter;
  }

  draw(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    for (const part of fresh.querySelectorAll("[data-live-part]")) {
      const name = `[data-live-part="${CSS.escape(part.dataset.livePart)}"]`;
      const shown = this.section.querySelector(name) ?? document.querySelector(name);
      const isInUse = shown && (shown.contains(document.activeElement) || shown.contains(getSelection()?.anchorNode) && !getSelection().isCollapsed);
      if (shown && !isInUse && shown.innerHTML !== part.innerHTML) shown.replaceChildren(...part.childNodes);
    }
  }
}

const loops = [...document.querySelectorAll("[data-live]")].map((section) => new Loop(section));
for (const loop of loops) loop.plan(loop.every);
document.addEventListener("visibilitychange", () => {
  for (const loop of loops) document.hidden ? loop.sleep() : loop.wake();
});
addEventListener("online", () => loops.forEach((loop) => loop.wake()));
addEventListener("offline", () => loops.forEach((loop) => loop.sleep()));
addEventListener("pagehide", () => loops.forEach((loop) => loop.sleep()));
addEventListener("pageshow", (event) => event.persisted && loops.forEach((loop) => loop.wake()));
