// The floating menu: the reader's favourites in it, and out of the way of whatever is being done.

import { bringFavourites, favourites, isUntold, keepFavourites, rememberFavourites } from "./mine.js";

const FAR = 24; // pixels scrolled down before it goes
const KEYBOARD = 0.75; // of the window: what is left while a keyboard is shown

function fill(list, chosen) {
  if (!chosen?.length) return;
  const sprite = list.querySelector("use")?.getAttribute("href").split("#")[0];
  const entries = chosen.map(({ label, url, icon }) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    const words = document.createElement("span");
    link.href = url;
    words.textContent = label;
    link.append(iconOf(sprite, icon), words);
    item.append(link);
    return item;
  });
  list.replaceChildren(...entries);
}

async function bring(list, chosen) {
  if (chosen?.length) fill(list, await bringFavourites(chosen));
}

const shownIn = (list) =>
  [...list.querySelectorAll("a")].map((link) => ({
    label: link.textContent.trim(),
    url: link.getAttribute("href"),
    icon: link.querySelector("use")?.getAttribute("href").split("#")[1],
  }));

function iconOf(sprite, name) {
  const space = "http://www.w3.org/2000/svg";
  const icon = document.createElementNS(space, "svg");
  const use = document.createElementNS(space, "use");
  icon.setAttribute("class", "icon");
  icon.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${sprite}#${iconName(name)}`);
  icon.append(use);
  return icon;
}

const iconName = (name) => (/^[a-z]+$/.test(name ?? "") ? name : "star");

function stayAway(thumb) {
  let last = window.scrollY;
  window.addEventListener(
    "scroll",
    () => {
      const moved = window.scrollY - last;
      if (Math.abs(moved) < FAR) return;
      thumb.classList.toggle("away", moved > 0);
      last = window.scrollY;
    },
    { passive: true },
  );
  window.visualViewport?.addEventListener("resize", () => {
    thumb.classList.toggle("typing", window.visualViewport.height < window.innerHeight * KEYBOARD);
  });
}

const thumb = document.querySelector("[data-thumb]");
if (thumb) {
  const list = thumb.querySelector("[data-quick]");
  if (thumb.dataset.merged && isUntold()) {
    fill(list, favourites());
    keepFavourites(favourites());
  } else if (thumb.dataset.merged) {
    rememberFavourites(thumb.dataset.merged === "chosen" ? shownIn(list) : null);
  } else {
    fill(list, favourites());
    bring(list, favourites());
  }
  stayAway(thumb);
}
