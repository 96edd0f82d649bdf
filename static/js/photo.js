// Photos: thumbnails, smaller uploads, and a plain word when one cannot be taken. Without this the file input works by itself.

const MEGABYTE = 1024 * 1024;
const WORTH_SHRINKING = 1.5 * MEGABYTE;
const LONGEST_SIDE = 2048;

function label(bytes) {
  return bytes >= MEGABYTE ? `${(bytes / MEGABYTE).toFixed(1)}MB` : `${Math.ceil(bytes / 1024)}KB`;
}

/** A smaller JPEG, or the file itself where the browser cannot read it (HEIC on most) or gains nothing. */
async function shrunk(file) {
  if (file.size < WORTH_SHRINKING) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    if (!blob || blob.size >= file.size) return file;
    return new File([blob], file.name.replace(/\.[^.]*$/, "") + ".jpg", { type: "image/jpeg" });
  } catch {
    return file;
  }
}

function setUp(field) {
  const input = field.querySelector("input[type=file]");
  const list = field.querySelector("[data-photo-list]");
  const status = field.querySelector("[data-photo-status]");
  const most = Number(field.dataset.most);
  const mostBytes = Number(field.dataset.mostBytes);
  let chosen = [];

  function hold() {
    const transfer = new DataTransfer();
    for (const file of chosen) transfer.items.add(file);
    input.files = transfer.files;
    list.replaceChildren(...chosen.map(item));
  }

  function item(file, index) {
    const row = document.createElement("li");
    const picture = document.createElement("img");
    picture.alt = `고른 사진 ${index + 1}`;
    picture.src = URL.createObjectURL(file);
    picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
    picture.addEventListener("error", () => picture.replaceWith(unseen(index)), { once: true });
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = `사진 ${index + 1} 지우기`;
    remove.addEventListener("click", () => {
      chosen = chosen.filter((other) => other !== file);
      hold();
      status.textContent = `사진을 지웠습니다. ${chosen.length}장 남았습니다.`;
      input.focus();
    });
    row.append(picture, remove);
    return row;
  }

  function unseen(index) {
    const words = document.createElement("span");
    words.className = "photo-wait";
    words.textContent = `사진 ${index + 1} (미리보기 없음)`;
    return words;
  }

  input.addEventListener("change", async () => {
    const said = [];
    status.textContent = "사진을 준비하고 있습니다.";
    for (const file of [...input.files]) {
      if (chosen.length >= most) {
        said.push(`사진은 ${most}장까지 보낼 수 있습니다.`);
        break;
      }
      const smaller = await shrunk(file);
      if (smaller.size > mostBytes) {
        said.push(`‘${file.name}’(${label(file.size)})은 20MB보다 커서 보낼 수 없습니다.`);
        continue;
      }
      chosen.push(smaller);
      if (smaller !== file) said.push(`사진 ${chosen.length}, ${label(smaller.size)}로 줄였습니다.`);
    }
    hold();
    status.textContent = said.join(" ") || `사진 ${chosen.length}장을 골랐습니다.`;
  });

  field.querySelector(".photo-button").hidden = false;
  field.classList.add("is-ready");
}

for (const field of document.querySelectorAll("[data-photos]")) setUp(field);
