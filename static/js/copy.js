// A button that copies what stands in a box, and says so.

for (const button of document.querySelectorAll("[data-copy]")) {
  const box = document.getElementById(button.dataset.copy);
  const said = button.parentElement.querySelector("[data-copied]");
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(box.value);
    said.textContent = button.dataset.done;
  });
  box.addEventListener("focus", () => box.select());
}
