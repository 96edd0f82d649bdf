// Kindness on top of plain pages: focus goes to what needs it, and a form is sent once.

/** After a refusal the reader lands on the list of what to correct. */
function focusSummary() {
  document.querySelector("[data-focus]")?.focus();
}

const PATIENCE = 10_000; // milliseconds until a form whose answer never came may be sent again

/** A second press while the first is on its way does nothing; the server's idempotency token does the rest. */
function sendOnce(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog") return;
  if (form.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    return;
  }
  form.setAttribute("aria-busy", "true");
  setTimeout(() => form.removeAttribute("aria-busy"), PATIENCE);
}

/** The back button shows a page from memory: its forms may be sent again. */
function wake() {
  for (const form of document.querySelectorAll("form[aria-busy]")) form.removeAttribute("aria-busy");
}

/** The site as an app comes last: the page is more urgent. */
async function settleIn() {
  const { start } = await import("./updates.js");
  start();
}

focusSummary();
document.addEventListener("submit", sendOnce);
window.addEventListener("pageshow", wake);
window.addEventListener("load", settleIn);
