// What was typed survives a lost network or a closed page, for a day, on this device only. Never a phone number or a name.

const KEY = "complaint-draft";
const A_DAY = 24 * 60 * 60 * 1000;
const KEPT = ["body", "place"];
const PAUSE = 600;

function stored() {
  try {
    const draft = JSON.parse(localStorage.getItem(KEY));
    return draft && Date.now() - draft.at < A_DAY ? draft : null;
  } catch {
    return null;
  }
}

function forget() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // private browsing: nothing was kept either
  }
}

function keep(form) {
  const values = Object.fromEntries(KEPT.map((name) => [name, form.elements[name].value]));
  try {
    if (Object.values(values).some(Boolean)) localStorage.setItem(KEY, JSON.stringify({ at: Date.now(), values }));
    else localStorage.removeItem(KEY);
  } catch {
    // full or forbidden storage: the page works without
  }
}

function restore(form) {
  const draft = stored();
  if (!draft || KEPT.some((name) => form.elements[name].value)) return;
  for (const name of KEPT) form.elements[name].value = draft.values[name] ?? "";
}

/** Words that sound like danger show whom to call, while one is still typing. The server knows the words. */
async function warn(form, box) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.set("danger", "1");
  body.set("body", form.elements.body.value.slice(0, 3000));
  try {
    const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
    if (!answer.ok) return;
    const words = (await answer.text()).trim();
    if (box.dataset.shown === words) return;
    box.dataset.shown = words;
    box.innerHTML = words;
  } catch {
    // offline: the server looks again when the report arrives
  }
}

function setUp(form) {
  const box = document.querySelector("[data-danger]");
  let timer = 0;
  restore(form);
  form.addEventListener("input", (event) => {
    keep(form);
    if (event.target.name !== "body") return;
    clearTimeout(timer);
    timer = setTimeout(() => warn(form, box), PAUSE);
  });
}

if (document.querySelector("[data-draft-sent]")) forget();
for (const form of document.querySelectorAll("[data-draft]")) setUp(form);
