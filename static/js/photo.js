// Photos and documents: thumbnails, smaller uploads, and a plain word when one cannot be taken. Without this the file input works by itself.

import { positionOf } from "./exif.js";
import { keep, kept } from "./shelf.js";
import { gettext } from "./words.js";

const MEGABYTE = 1024 * 1024;
const WORTH_SHRINKING = 0.3 * MEGABYTE; // below it there is little to gain; the server takes out what the file says about itself
const LONGEST_SIDE = 1600;
const QUALITY = 0.82;

function label(bytes) {
  return bytes >= MEGABYTE ? `${(bytes / MEGABYTE).toFixed(1)}MB` : `${Math.ceil(bytes / 1024)}KB`;
}

/** A smaller JPEG, or the file itself where the browser cannot read it (HEIC on most) or gains nothing. */
async function shrunk(file) {
  if (file.size < WORTH_SHRINKING || !file.type.startsWith("image/")) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close(); // tens of megabytes on a small telephone
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    if (!blob || blob.size >= file.size) return file;
    return new File([blob], file.name.replace(/\.[^.]*$/, "") + ".jpg", { type: "image/jpeg" });
  } catch {
    return file;
  }
}

function setUp(field) {
  const input = field.querySelector("input[type=file]");
  const form = field.closest("form");
  const list = field.querySelector("[data-photo-list]");
  const status = field.querySelector("[data-photo-status]");
  const most = Number(field.dataset.most);
  const mostBytes = Number(field.dataset.mostBytes);
  let chosen = [];
  let handedIn = []; // kept here too, while the server holds them for a form that it refused

  function carry() {
    const transfer = new DataTransfer();
    for (const file of chosen) transfer.items.add(file);
    input.files = transfer.files;
  }

  function hold() {
    carry();
    list.replaceChildren(...chosen.map(item));
    if ("keeps" in field.dataset && !("apart" in form.dataset)) keep([...handedIn, ...chosen]);
    form.dispatchEvent(new CustomEvent("photos:changed"));
  }

  function item(file, index) {
    const row = document.createElement("li");
    const remove = removal(file, index);
    if (!file.type.startsWith("image/")) {
      row.append(unseen(file.name), remove);
      return row;
    }
    const picture = document.createElement("img");
    picture.alt = gettext("고른 사진 {number}", { number: index + 1 });
    picture.src = URL.createObjectURL(file);
    picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
    picture.addEventListener("error", () => picture.replaceWith(unseen(gettext("사진 {number} (미리보기 없음)", { number: index + 1 }))), { once: true });
    row.append(picture, remove);
    return row;
  }

  function removal(file, index) {
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = gettext("사진 {number} 지우기", { number: index + 1 });
    remove.addEventListener("click", () => {
      chosen = chosen.filter((other) => other !== file);
      hold();
      status.textContent = gettext("사진을 지웠습니다. {count}장 남았습니다.", { count: chosen.length });
      input.focus();
    });
    return remove;
  }

  function unseen(text) {
    const words = document.createElement("span");
    words.className = "photo-wait";
    words.textContent = text;
    return words;
  }

  input.addEventListener("change", async () => {
    const all = [...input.files];
    const added = all.slice(0, Math.max(0, most - chosen.length));
    const said = added.length < all.length ? [gettext("사진은 {most}장까지 보낼 수 있습니다.", { most })] : [];
    chosen = [...chosen, ...added];
    carry(); // a choice replaces the one before: 보내기 may be pressed while these are made smaller
    status.textContent = gettext("사진을 준비하고 있습니다.");
    for (const file of added) {
      const position = await positionOf(file);
      if (position) form.dispatchEvent(new CustomEvent("photo:position", { detail: position }));
      const smaller = await shrunk(file);
      const place = chosen.indexOf(file);
      if (place < 0) continue; // taken away meanwhile
      if (smaller.size > mostBytes) {
        chosen = chosen.filter((other) => other !== file);
        said.push(gettext("‘{name}’({size})은 20MB보다 커서 보낼 수 없습니다.", { name: file.name, size: label(file.size) }));
        continue;
      }
      chosen = chosen.map((other) => (other === file ? smaller : other));
      if (smaller !== file) said.push(gettext("사진 {number}, {size}로 줄였습니다.", { number: place + 1, size: label(smaller.size) }));
    }
    hold();
    status.textContent = said.join(" ") || gettext("사진 {count}장을 골랐습니다.", { count: chosen.length });
  });

  async function restore() {
    const files = await kept();
    if (field.querySelector("[name=drop]")) {
      handedIn = files;
      return;
    }
    if (!files.length || chosen.length || "apart" in form.dataset) return;
    chosen = files.slice(0, most);
    hold();
    status.textContent = gettext("보내지 않은 사진 {count}장을 그대로 두었습니다.", { count: chosen.length });
  }

  field.querySelector(".photo-button").hidden = false;
  field.classList.add("is-ready");
  if ("keeps" in field.dataset) restore();
}

for (const field of document.querySelectorAll("[data-photos]")) setUp(field);
