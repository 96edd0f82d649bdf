// The card and the effect of an answer, kept up to date while it is written. The button does the same without this.

const PAUSE = 900;

function setUp(form) {
  const box = document.querySelector("[data-answer-effect]");
  let timer = 0;
  let latest = 0;

  async function look() {
    const turn = ++latest;
    box.setAttribute("aria-busy", "true");
    try {
      const body = new FormData(form);
      const answer = await fetch(form.dataset.answerForm, { method: "POST", body, credentials: "same-origin" });
      if (turn === latest && answer.status === 200) box.innerHTML = await answer.text();
    } catch {
      // offline: what stood there stays
    } finally {
      if (turn === latest) box.removeAttribute("aria-busy");
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });
  if (form.elements.faq.value) look(); // also warms what the first change will need
  form.querySelector("[data-look]")?.addEventListener("click", (event) => {
    event.preventDefault();
    look();
  });
}

for (const form of document.querySelectorAll("[data-answer-form]")) setUp(form);
