// The language switch loads the page anew: what was typed comes back into its fields. This tab only, never passwords or files.

const KEY = `typed:${location.pathname}`;
const TYPED = "main :is(input, textarea, select)";
const SECRET = new Set(["hidden", "password", "file", "submit", "button"]);

const fields = () =>
  [...document.querySelectorAll(TYPED)].filter((field) => field.name && !SECRET.has(field.type) && !field.closest("[data-language]"));

/** The same name may stand on several fields: a place in the page tells them apart. */
const said = (field) => (field.type === "checkbox" || field.type === "radio" ? field.checked : field.value);

function keep() {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(fields().map((field) => [field.name, said(field)])));
  } catch {
    // no room or not allowed: the switch works without
  }
}

function restore() {
  let kept;
  try {
    kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    sessionStorage.removeItem(KEY);
  } catch {
    return;
  }
  if (!kept) return;
  fields().forEach((field, index) => {
    const [name, value] = kept[index] ?? [];
    if (name !== field.name || value === said(field)) return;
    if (typeof value === "boolean") field.checked = value;
    else field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

restore();
for (const form of document.querySelectorAll("[data-language]")) form.addEventListener("submit", keep);
