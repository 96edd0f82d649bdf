// A tapped picture opens over the page; without this file the same link opens a page of its own.

function dialog() {
  const box = document.createElement("dialog");
  box.className = "lightbox";
  const [picture, close] = [document.createElement("img"), document.createElement("button")];
  close.type = "button";
  close.className = "round";
  close.setAttribute("aria-label", "닫기");
  close.innerHTML = '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M6 6l12 12M18 6L6 18"/></svg>';
  close.addEventListener("click", () => box.close());
  box.append(picture, close);
  box.addEventListener("click", (event) => event.target === box && box.close());
  document.body.append(box);
  return box;
}

/** Open [data-picture] links in a dialog that Esc, the button and a tap beside it close. */
export function showPictures() {
  let box = null;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-picture]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    box ??= dialog();
    const small = link.querySelector("img");
    const alt = small.alt.replace(", 크게 보기", "");
    Object.assign(box.querySelector("img"), { src: small.src, alt });
    box.setAttribute("aria-label", alt);
    box.showModal();
  });
}
