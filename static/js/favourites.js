// Favourites: a star on every guide, and the page where they are arranged. Kept on the device, and under one's account.

import { MOST, favourites, keepFavourites } from "./mine.js";
import { gettext } from "./words.js";

const DEFAULTS = [...document.querySelectorAll("[data-quick] a")].map((link) => ({
  label: link.textContent.trim(),
  url: link.getAttribute("href"),
  icon: link.querySelector("use")?.getAttribute("href").split("#")[1],
}));
const current = () => favourites() ?? DEFAULTS;

function star(button) {
  const { star: url, label } = button.dataset;
  const draw = () => {
    const isIn = current().some((one) => one.url === url);
    button.setAttribute("aria-pressed", String(isIn));
    button.querySelector("span").textContent = isIn ? gettext("즐겨찾기 됨") : gettext("즐겨찾기");
  };
  button.addEventListener("click", () => {
    const list = current();
    const isIn = list.some((one) => one.url === url);
    if (isIn) keepFavourites(list.filter((one) => one.url !== url));
    else keepFavourites([{ label: label.slice(0, 40), url, icon: "star" }, ...list].slice(0, MOST));
    draw();
  });
  draw();
  button.hidden = false;
}

function arrange(page) {
  const chosen = page.querySelector("[data-chosen]");
  const candidates = [...page.querySelectorAll("[data-candidates] > li")];
  const said = page.querySelector("[data-said]");

  function button(words, label, press, isDisabled = false) {
    const one = document.createElement("button");
    one.type = "button";
    one.className = "btn-secondary btn-small";
    one.textContent = words;
    one.setAttribute("aria-label", label);
    one.disabled = isDisabled;
    one.addEventListener("click", press);
    return one;
  }

  function change(list, words, focus) {
    keepFavourites(list);
    draw();
    said.textContent = words;
    if (focus) page.querySelector(`[aria-label="${CSS.escape(focus)}"]:not(:disabled)`)?.focus();
  }

  function row(one, index, list) {
    const item = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = one.label;
    const swapped = (at, to) => list.map((other, place) => (place === at ? list[to] : place === to ? list[at] : other));
    const moved = (place) => gettext("{label}, {place}번째로 옮겼어요.", { label: one.label, place });
    const upwards = gettext("{label} 위로", one);
    const downwards = gettext("{label} 아래로", one);
    const up = () => change(swapped(index, index - 1), moved(index), upwards);
    const down = () => change(swapped(index, index + 1), moved(index + 2), downwards);
    const away = () => change(list.filter((other) => other !== one), gettext("{label}, 뺐어요.", one));
    item.append(
      name,
      button("↑", upwards, up, index === 0),
      button("↓", downwards, down, index === list.length - 1),
      button(gettext("빼기"), gettext("{label} 빼기", one), away, list.length === 1),
    );
    return item;
  }

  function draw() {
    const list = current();
    chosen.replaceChildren(...list.map(row));
    for (const one of candidates) {
      one.hidden = list.some(({ url }) => url === one.dataset.url);
      one.querySelector("[data-add]").disabled = list.length >= MOST;
    }
  }

  for (const one of candidates) {
    const { url, label, icon } = one.dataset;
    one.querySelector("[data-add]").addEventListener("click", () => {
      change([...current(), { label, url, icon }], gettext("{label}, 더했어요.", { label }), gettext("{label} 빼기", { label }));
    });
  }
  page.querySelector("[data-reset]").addEventListener("click", () => {
    keepFavourites(null);
    draw();
    said.textContent = gettext("처음대로 되돌렸어요.");
  });
  draw();
  page.hidden = false;
}

document.querySelectorAll("[data-star]").forEach(star);
document.querySelectorAll("[data-favourites]").forEach(arrange);
