// The tiles of the home page: first what this reader opens, then what others open next. Counted and ordered on the device.

import { countVisit, forgetVisits, isOff, isShared, turnOff, visits } from "./mine.js";
import { fetchFollowers, followersOf, forgetPairs, noteOpened } from "./pairs.js";

const A_LITTLE = 0.1; // less than one's own visit of a month ago

function reorder(tiles) {
  const opened = visits();
  const [dearest] = [...opened].sort((a, b) => b[1] - a[1])[0] ?? [];
  const next = dearest ? followersOf(dearest) : [];
  const items = [...tiles.children];
  const urlOf = (item) => item.querySelector("a").getAttribute("href");
  const bonus = (url) => (next.includes(url) ? A_LITTLE / (1 + next.indexOf(url)) : 0);
  const weight = (item) => opened.get(urlOf(item)) ?? bonus(urlOf(item));
  const sorted = [...items].sort((a, b) => weight(b) - weight(a)); // equal ones keep their places
  if (sorted.some((item, place) => item !== items[place])) tiles.append(...sorted);
  return sorted.some((item) => weight(item) > 0);
}

if (isShared()) {
  forgetVisits();
  forgetPairs();
}
const tiles = document.querySelector("[data-recommend]");
const why = document.querySelector("[data-why]");
if (tiles && why && !isShared()) {
  const say = why.querySelector("[role=status]");
  const toggle = why.querySelector("[data-off]");
  const draw = () => (toggle.textContent = isOff() ? toggle.dataset.turnOn : toggle.dataset.turnOff);

  why.hidden = false;
  why.toggleAttribute("data-used", reorder(tiles));
  draw();
  if (visits().size) fetchFollowers(tiles.dataset.visits);
  tiles.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    countVisit(link.getAttribute("href"));
    noteOpened(link.getAttribute("href"), tiles.dataset.visits);
  });
  toggle.addEventListener("click", () => {
    const isWanted = !isOff();
    turnOff(isWanted);
    if (isWanted) forgetPairs();
    say.textContent = isWanted ? toggle.dataset.saidOff : toggle.dataset.saidOn;
    draw();
  });
  const forget = why.querySelector("[data-forget]");
  forget.addEventListener("click", () => {
    forgetVisits();
    forgetPairs();
    say.textContent = forget.dataset.said;
  });
}
