// select2 draws its own box and forgets the label: give the box the label's words.

function nameBoxes(root) {
  for (const select of root.querySelectorAll("select.select2-hidden-accessible")) {
    const words = document.querySelector(`label[for="${CSS.escape(select.id)}"]`)?.innerText.replace("*", "").trim();
    const box = select.nextElementSibling?.querySelector(".select2-selection");
    if (!words || !box) continue;
    for (const part of [box, box.querySelector(".select2-selection__rendered")]) part?.setAttribute("aria-label", words);
  }
}

window.addEventListener("load", () => nameBoxes(document));
document.addEventListener("formset:added", (event) => setTimeout(nameBoxes, 0, event.target));
