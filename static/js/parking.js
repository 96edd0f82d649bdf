// Timed photos: each is sent the moment it is taken, the wait is counted down, and the taken ones stay in sight.

import { setUpMaps } from "./map.js";
import { setUpPlaces } from "./place.js";
import { positionOf } from "./exif.js";
import { gettext } from "./words.js";

const pictures = []; // what was taken in this visit, to hold the next one against
let ticking = 0;

async function upload(form, file) {
  const status = form.querySelector("[data-shot-status]");
  status.textContent = gettext("사진을 올리고 있습니다.");
  const position = await positionOf(file);
  if (position) form.dispatchEvent(new CustomEvent("photo:position", { detail: position }));
  const body = new FormData(form);
  body.set("add", "1");
  try {
    const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-parking]");
    if (!fresh) throw new Error("another page");
    const before = document.querySelectorAll("[data-shot]").length;
    if (fresh.querySelectorAll("[data-shot]").length > before) pictures.push(URL.createObjectURL(file));
    document.querySelector("[data-parking]").replaceWith(document.importNode(fresh, true));
    start();
    document.querySelector("[data-focus], .shots .notice-box, .shots .error")?.scrollIntoView({ block: "nearest" });
  } catch {
    status.textContent = gettext("연결이 끊겨 올리지 못했습니다. 사진은 그대로 있으니 다시 눌러 주세요.");
    form.querySelector("[data-add]").hidden = false;
  }
}

function countDown(root) {
  clearInterval(ticking);
  const left = root.querySelector("[data-countdown]");
  if (!left) return;
  const end = Date.now() + Number(left.dataset.countdown) * 1000;
  ticking = setInterval(() => {
    const seconds = Math.ceil((end - Date.now()) / 1000);
    left.textContent = seconds > 0 ? gettext("{seconds}초", { seconds }) : gettext("지금");
    if (seconds > 0) return;
    clearInterval(ticking);
    left.closest("p").textContent = gettext("지금 한 장 더 찍어 주세요. 찍은 사진은 보관해 두었습니다.");
    navigator.vibrate?.(200);
  }, 250);
}

function ghosts(root) {
  for (const [index, frame] of [...root.querySelectorAll("[data-shot] .shot-frame")].entries()) {
    if (!pictures[index]) continue;
    const picture = document.createElement("img");
    picture.src = pictures[index];
    picture.alt = gettext("{number}번째로 찍은 사진", { number: index + 1 });
    frame.replaceChildren(picture);
  }
  const next = root.querySelector(".shot-list .next .shot-frame");
  if (next && pictures[0]) {
    const ghost = document.createElement("img");
    ghost.src = pictures[0];
    ghost.alt = "";
    ghost.className = "ghost";
    next.prepend(ghost);
  }
}

function start(isFirst = false) {
  const root = document.querySelector("[data-parking]");
  const field = root.querySelector("[data-shot-field]");
  const form = root.querySelector("form");
  if (!isFirst) {
    setUpMaps(root);
    setUpPlaces(root);
  }
  countDown(root);
  ghosts(root);
  if (!field) return;
  const input = field.querySelector("input[type=file]");
  field.classList.add("is-ready");
  field.querySelector(".photo-button").hidden = false;
  field.querySelector("[data-add]").hidden = true;
  input.addEventListener("change", () => input.files[0] && upload(form, input.files[0]));
}

start(true);
