// While one types a report: whom to call if it sounds like danger, and what is known about the place already.

const PAUSE = 600;
const MOST = 3000; // letters looked at

async function asked(address, form, values) {
  const token = form.elements.csrfmiddlewaretoken?.value;
  if (!token) return null; // the page without a network
  const body = new FormData();
  body.set("csrfmiddlewaretoken", token);
  for (const [name, value] of Object.entries(values)) body.set(name, value);
  try {
    const answer = await fetch(address, { method: "POST", body, credentials: "same-origin" });
    return answer.ok ? (await answer.text()).trim() : null;
  } catch {
    return null; // offline: the server looks again when the report arrives
  }
}

function show(box, html) {
  const same = html.replace(/value="[^"]*"/g, "");
  if (box.dataset.shown === same) return;
  box.dataset.shown = same;
  box.innerHTML = html;
}

/** Words that sound like danger show whom to call, while one is still typing. The server knows the words. */
async function warn(form, box) {
  const html = await asked(form.action, form, { danger: "1", body: form.elements.body.value.slice(0, MOST) });
  if (html !== null) show(box, html);
}

/** The cards that stand above the button: another office's place, or a matter that is known already. */
async function lookAround(form, box) {
  const { lat, lon, body } = form.elements;
  if (!lat.value) {
    box.replaceChildren();
    return;
  }
  const html = await asked(form.dataset.nearby, form, { lat: lat.value, lon: lon.value, body: body.value.slice(0, MOST) });
  if (html !== null) show(box, html);
}

function setUp(form) {
  const danger = document.querySelector("[data-danger]");
  const before = form.querySelector("[data-before]");
  let typing = 0;
  let around = 0;
  const look = () => {
    clearTimeout(around);
    if (before) around = setTimeout(() => lookAround(form, before), PAUSE);
  };
  form.addEventListener("place:changed", look);
  form.addEventListener("input", (event) => {
    if (event.target.name !== "body") return;
    clearTimeout(typing);
    typing = setTimeout(() => warn(form, danger), PAUSE);
    look();
  });
}

for (const form of document.querySelectorAll("[data-draft]")) setUp(form);
