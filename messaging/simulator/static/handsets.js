// Keeps the page fresh by asking with the last ETag; only what changed is replaced, what somebody types is left alone.
const live = document.getElementById("live");
const clock = document.getElementById("clock");
const box = document.getElementById("text");
let tag = "";

function sameShape(now, next) {
  const [a, b] = [now.querySelector(".talk"), next.querySelector(".talk")];
  return a && b ? [a, b] : null;
}

function renew(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const next = page.getElementById("live");
  if (!next || next.innerHTML === live.innerHTML) return;
  const talks = sameShape(live, next);
  if (!talks) return live.replaceChildren(...next.childNodes);
  const [now, later] = talks;
  [...later.children].forEach((item, place) => {
    const old = now.children[place];
    if (!old) now.append(item.cloneNode(true));
    else if (old.outerHTML !== item.outerHTML) old.replaceWith(item.cloneNode(true));
  });
}

async function ask() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" });
    if (answer.status !== 200) return;
    tag = answer.headers.get("ETag") ?? "";
    renew(await answer.text());
  } catch {
    // the simulator is restarting; the next question finds it
  }
}

function tick() {
  if (clock) clock.textContent = new Date().toLocaleTimeString("ko-KR", { hour: "numeric", minute: "2-digit", hour12: false });
}

box?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (box.value.trim()) box.form.requestSubmit();
});
box?.addEventListener("input", () => {
  box.rows = Math.min(5, box.value.split("\n").length);
});
document.addEventListener("click", (event) => {
  const open = document.querySelector("details[open]");
  if (open && !open.contains(event.target)) open.open = false;
});
setInterval(ask, 1500);
setInterval(tick, 10000);
