// Compares a file with the one that was issued, by its SHA-256. The file never leaves this device.

const box = document.querySelector("[data-compare]");
const drop = box?.querySelector("[data-drop]");
const input = box?.querySelector("input[type=file]");
const verdict = box?.querySelector("[data-verdict]");

async function fingerprint(file) {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function compare(file) {
  if (!file) return;
  box.removeAttribute("data-result");
  verdict.textContent = box.dataset.working;
  const isSame = (await fingerprint(file)) === box.dataset.compare;
  box.dataset.result = isSame ? "same" : "different";
  verdict.textContent = isSame ? box.dataset.same : box.dataset.different;
}

if (box && crypto.subtle) {
  drop.hidden = false;
  input.addEventListener("change", () => {
    compare(input.files[0]);
    input.value = ""; // the same name may be chosen again after it was changed
  });
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    compare(event.dataTransfer.files[0]);
  });
}
