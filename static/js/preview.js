// The exact message beside the form, kept up to date while one types. The button does the same without this.

const PAUSE = 700;

function setUp(form) {
  const box = form.querySelector("[data-preview]");
  const button = form.querySelector("[data-preview-button]");
  if (!button) return;
  let timer = 0;
  let latest = 0;

  async function look() {
    const turn = ++latest;
    const body = new FormData(form);
    body.set("preview", "1");
    body.set("fragment", "1");
    try {
      const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
      if (turn !== latest || answer.status !== 200) return;
      box.innerHTML = await answer.text();
    } catch {
      // offline: the button still asks the server
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });
  if (!box.childElementCount) look();
}

for (const form of document.querySelectorAll("[data-preview-form]")) setUp(form);
