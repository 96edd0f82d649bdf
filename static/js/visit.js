// The notice closes by itself: two minutes before the end the reader is told, and at the end the page asks again who is there.

import { gettext } from "./words.js";

const WARN_BEFORE = 120_000;
const line = document.querySelector("[data-visit-seconds]");

/** A polite sentence, once; nothing takes the focus. */
function warn() {
  const told = document.createElement("p");
  told.className = "notice-box warning visit-warning";
  told.setAttribute("role", "status");
  document.querySelector("main .wrap")?.append(told);
  told.textContent = gettext("2분 뒤에 통지서를 닫습니다. 더 보시려면 ‘10분 더 보기’를 눌러 주세요.");
}

/** On a shared device nothing stays on the screen. */
function close() {
  location.replace(location.pathname);
}

function start() {
  const left = Number(line.dataset.visitSeconds) * 1000; // a span, not an hour: the telephone's clock may be wrong
  if (left > WARN_BEFORE) setTimeout(warn, left - WARN_BEFORE);
  setTimeout(close, left + 2000);
}

if (line) start();
// Back from another page, the browser would show the notice from memory.
window.addEventListener("pageshow", (event) => {
  if (event.persisted && line) close();
});
