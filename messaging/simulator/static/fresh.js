// Asks for the page again with its last ETag and replaces what changed, piece by piece: what somebody types,
// where they have scrolled to, what they have opened and what has the focus stay as they are.
const EVERY = 600;
const drawn = new WeakMap();
let tag = "";
let isAsking = false;

const keyOf = (node) => node.dataset?.key;
const remember = (node) => drawn.set(node, node.outerHTML);

function replaced(old, next) {
  const fresh = document.importNode(next, true);
  remember(fresh);
  const typed = [...old.querySelectorAll("textarea, input:not([type=hidden])")];
  for (const field of typed) {
    const same = field.name && fresh.querySelector(`[name="${field.name}"]`);
    if (same) same.value = field.value;
  }
  const folds = fresh.querySelectorAll("details");
  old.querySelectorAll("details").forEach((fold, place) => {
    if (folds[place]) folds[place].open = fold.open;
  });
  const focus = old.contains(document.activeElement) ? document.activeElement : null;
  old.replaceWith(fresh);
  if (focus) (fresh.querySelector(focus.name ? `[name="${focus.name}"]:not([type=hidden])` : focus.localName) ?? fresh).focus();
  return fresh;
}

// Keyed children are kept, moved, replaced or removed one by one; a list inside a keyed child is looked into.
function matched(now, next) {
  const known = new Map([...now.children].filter(keyOf).map((child) => [keyOf(child), child]));
  const wanted = [...next.children];
  if (!wanted.every(keyOf) || now.children.length !== known.size) {
    if (drawn.get(now) !== next.outerHTML) now.replaceChildren(...[...next.childNodes].map((one) => document.importNode(one, true)));
    drawn.set(now, next.outerHTML);
    return;
  }
  for (const child of wanted) {
    const old = known.get(keyOf(child));
    known.delete(keyOf(child));
    if (!old) {
      const fresh = document.importNode(child, true);
      remember(fresh);
      now.append(fresh);
    } else if (drawn.get(old) === child.outerHTML) {
      continue;
    } else if (child.matches("ul, ol") && old.localName === child.localName) {
      matched(old, child);
      drawn.set(old, child.outerHTML);
    } else {
      replaced(old, child);
    }
  }
  for (const gone of known.values()) gone.remove();
  wanted.forEach((child, place) => {
    const here = now.children[place];
    if (keyOf(here) !== keyOf(child)) now.insertBefore([...now.children].find((one) => keyOf(one) === keyOf(child)), here);
  });
}

function renew(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const now of document.querySelectorAll("[data-live]")) {
    const next = page.getElementById(now.id);
    if (!next) continue;
    const [inner, later] = [now.querySelector(":scope > .talk"), next.querySelector(":scope > .talk")];
    if (inner && later) matched(inner, later);
    else matched(now, next);
  }
}

async function ask() {
  if (document.hidden || isAsking) return;
  isAsking = true;
  try {
    const answer = await fetch(location.href, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" });
    if (answer.status === 200) {
      tag = answer.headers.get("ETag") ?? "";
      renew(await answer.text());
    }
  } catch {
    // the simulator is restarting; the next question finds it
  } finally {
    isAsking = false;
  }
}

/** Keep every [data-live] part of the page as the server would draw it now. */
export function keepFresh() {
  for (const live of document.querySelectorAll("[data-live]")) {
    for (const child of [...live.children, ...live.querySelectorAll(":scope > ul > *, :scope > ol > *")]) remember(child);
    drawn.set(live, live.outerHTML);
  }
  setInterval(ask, EVERY);
  document.addEventListener("visibilitychange", ask);
}

/** Send forms marked data-quiet without leaving the page. */
export function sendQuietly() {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-quiet]")) return;
    event.preventDefault();
    const fields = new URLSearchParams(new FormData(form, event.submitter));
    const box = form.querySelector("textarea");
    try {
      const answer = await fetch(form.action, { method: "POST", body: fields, redirect: "manual" });
      if (box && (answer.ok || answer.type === "opaqueredirect")) {
        box.value = "";
        box.rows = 1;
        box.focus();
      }
    } catch {
      return; // what was typed stays for another try
    }
    await ask();
  });
}
