/**
 * The thread without a page load: the same forms, the same answers. What the server draws is appended to the log, so that
 * a screen reader hears only what is new, and the focus stays where one writes. Without JavaScript each turn is a page.
 */

import { gettext } from "./words.js";

const log = document.querySelector("[data-chat-log] .chat");
const TURN = "[data-seq]";

/** Enter sends; not while a syllable is being composed, and Shift+Enter is a new line. */
function sendOnEnter(event) {
  if (event.key !== "Enter" || event.shiftKey || !event.target.matches("[data-chat-ask] textarea")) return;
  if (event.isComposing || event.keyCode === 229) return; // Safari ends the composition before it tells of the key
  event.preventDefault();
  if (event.target.value.trim()) event.target.form.requestSubmit();
}

/** What was pressed is said at once; the answer follows. */
function showWaiting(words) {
  const said = document.createElement("li");
  said.className = "bubble bubble-me waiting-me";
  said.textContent = words;
  const wait = document.createElement("li");
  wait.className = "bubble bubble-bot waiting";
  wait.setAttribute("aria-hidden", "true");
  wait.textContent = gettext("찾고 있어요…");
  log.append(said, wait);
  wait.scrollIntoView({ block: "end" });
  return () => [said, wait].forEach((one) => one.remove());
}

async function submit(event) {
  const form = event.target;
  if (event.defaultPrevented || !log || form.method !== "post" || form.closest("[data-chat-leaves]")) return;
  if (!form.closest(".chat-page") || form.id === "to-complaint") return;
  event.preventDefault();
  const fields = new FormData(form, event.submitter);
  const isTurn = !form.closest("[data-chat-feedback]");
  const words = event.submitter?.name === "token" ? event.submitter.textContent.trim() : (fields.get("text") ?? "").trim();
  const settle = isTurn && words ? showWaiting(words) : () => {};
  try {
    const answer = await fetch(form.action, { method: "POST", body: fields, credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    settle();
    take(page, { isTurn });
  } catch {
    settle();
    form.removeAttribute("aria-busy");
    form.submit(); // the browser says in its own words that there is no connection; nothing that was typed is lost
  }
}

/** Turns we have are redrawn where they changed, new ones are appended; the box to write in comes as the server sent it. */
function take(page, { isTurn }) {
  const fresh = page.querySelector("[data-chat-ask]");
  if (!fresh) {
    document.documentElement.replaceWith(page.documentElement); // an error page: shown as it is
    return;
  }
  log.querySelector("#latest")?.removeAttribute("id");
  let added = null;
  for (const one of page.querySelectorAll(`.chat > ${TURN}`)) {
    const kind = one.matches(".bubble-me") ? ".bubble-me" : ".said";
    const shown = log.querySelector(`${kind}[data-seq="${one.dataset.seq}"]`);
    if (!shown) {
      if (kind === ".bubble-me") added = one;
      log.append(one);
    } else if (shown.innerHTML !== one.innerHTML || shown.className !== one.className) {
      refresh(shown, one);
    }
  }
  if (added) document.querySelector("[data-chat-popular]")?.remove();
  const ask = document.querySelector("[data-chat-ask]");
  const hadFocus = isTurn;
  ask.replaceWith(fresh);
  if (hadFocus) fresh.querySelector("textarea").focus({ preventScroll: true });
  (added ?? log.lastElementChild)?.scrollIntoView({ block: "start" });
}

/** An older turn keeps its words; only its thumbs and its buttons of this hour are exchanged, out of the log's hearing. */
function refresh(shown, one) {
  shown.className = one.className;
  const thumbs = shown.querySelector("[data-chat-feedback]");
  const drawn = one.querySelector("[data-chat-feedback]");
  if (thumbs && drawn && thumbs.innerHTML !== drawn.innerHTML) thumbs.replaceWith(drawn);
  const key = one.querySelector("[name=request_key]")?.value;
  if (key) for (const field of shown.querySelectorAll("[name=request_key]")) field.value = key;
}

document.addEventListener("keydown", sendOnEnter);
document.addEventListener("submit", submit);
document.querySelector("#latest")?.scrollIntoView({ block: "start" });
