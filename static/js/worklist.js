/**
 * 업무함 by keyboard: j and k move, Enter opens, x ticks, a takes a waiting case, / goes into the search, ? shows the keys.
 * Letters are told by their place on the keyboard, so they also work while the Korean layout is on; never while somebody
 * is typing or a syllable is being composed. Single keys can be switched off (KWCAG 6.1.4). Without this the list works too.
 */

const OFF = "worklist-keys-off";
const rows = [...document.querySelectorAll("[data-row]")];
const list = document.querySelector("[data-worklist]");
let current = -1;

function recall() {
  try {
    return localStorage.getItem(OFF) === "1";
  } catch {
    return false;
  }
}

function keep(isOff) {
  try {
    localStorage.setItem(OFF, isOff ? "1" : "0");
  } catch {
    // a private window: the switch lasts as long as the page
  }
}

let isOff = recall();

function go(place) {
  if (!rows.length) return;
  current = Math.max(0, Math.min(rows.length - 1, place));
  for (const row of rows) row.removeAttribute("data-current");
  rows[current].setAttribute("data-current", "");
  rows[current].querySelector("[data-open]").focus({ preventScroll: true });
  rows[current].scrollIntoView({ block: "nearest" });
}

const ACTS = {
  KeyJ: () => go(current + 1),
  KeyK: () => go(current < 0 ? 0 : current - 1),
  Enter: () => rows[current]?.querySelector("[data-open]").click(),
  KeyX: () => rows[current]?.querySelector("[name=row]").click(),
  KeyA: () => rows[current]?.querySelector("[data-take]")?.click(),
  Slash: () => document.querySelector("[data-key='/']")?.focus(),
};

function press(event) {
  const isTyping = event.target instanceof HTMLElement && event.target.closest("input:not([type=checkbox], [type=hidden]), textarea, select");
  if (isOff || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping) return;
  if (event.code === "Slash" && event.shiftKey) {
    const help = document.querySelector(".wl-keys");
    if (help) help.open = !help.open;
    event.preventDefault();
    return;
  }
  // Enter on a button or a link is that button's or link's own
  if (event.code === "Enter" && (current < 0 || event.target !== document.body)) return;
  const act = event.shiftKey ? null : ACTS[event.code];
  if (!act) return;
  event.preventDefault();
  act();
}

function count() {
  const chosen = list.querySelectorAll("[name=row]:checked").length;
  list.querySelector("[data-chosen]").textContent = chosen.toLocaleString("ko-KR");
  const all = list.querySelector("[data-all]");
  all.checked = chosen === rows.length;
  all.indeterminate = chosen > 0 && chosen < rows.length;
}

document.addEventListener("keydown", press);
for (const [place, row] of rows.entries()) row.addEventListener("focusin", () => (current = place));
const boxes = document.querySelectorAll("[data-keys-on]");
for (const box of boxes) {
  box.checked = !isOff;
  box.addEventListener("change", () => keep((isOff = !box.checked)));
}
if (list) {
  list.querySelector("[data-all]").addEventListener("change", (event) => {
    for (const box of list.querySelectorAll("[name=row]")) box.checked = event.target.checked;
    count();
  });
  list.addEventListener("change", count);
  count(); // a page that came back from history keeps its ticks
}
