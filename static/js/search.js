// The search box as a combobox (ARIA 1.2): suggestions while one types, by keys or finger. Recent words stay on the device.

import { read, write } from "./mine.js";
import { gettext } from "./words.js";

const PAUSE = 150;
const KEY = "recent-searches";
const MOST = 5;

function recent() {
  const kept = read(KEY, []);
  return Array.isArray(kept) ? kept.filter((words) => typeof words === "string").slice(0, MOST) : [];
}

function keep(words) {
  write(KEY, words === null ? null : [words, ...recent().filter((one) => one !== words)].slice(0, MOST));
}

function optionOf(words, className = "") {
  const option = document.createElement("li");
  option.role = "option";
  option.setAttribute("aria-selected", "false");
  option.className = className;
  option.textContent = words;
  return option;
}

function setUp(form) {
  const box = form.querySelector("input[type=search]");
  const list = form.querySelector(".suggestions");
  const count = form.querySelector("[data-count]");
  let timer = 0;
  let latest = 0;

  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" })) {
    box.setAttribute(name, value);
  }
  list.role = "listbox";

  const options = () => [...list.querySelectorAll("[role=option]")];
  const chosen = () => list.querySelector("[aria-selected=true]");

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    if (!option) return box.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    box.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function close() {
    choose(null);
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    latest += 1;
  }

  function open(words) {
    choose(null);
    list.hidden = options().length === 0;
    box.setAttribute("aria-expanded", String(!list.hidden));
    count.textContent = words;
  }

  function showRecent() {
    const kept = recent();
    list.replaceChildren();
    kept.forEach((words, index) => {
      const option = optionOf(words);
      option.id = `option-${index + 1}`;
      option.dataset.words = words;
      list.append(option);
    });
    if (kept.length) {
      const clear = optionOf(gettext("최근 찾은 말 지우기"), "way-on");
      clear.id = "option-clear";
      clear.dataset.clear = "";
      list.append(clear);
    }
    open(kept.length ? gettext("최근 찾은 말 {count}개", { count: kept.length }) : "");
  }

  async function ask() {
    const words = box.value.trim();
    if (!words) return showRecent();
    const mine = ++latest;
    try {
      const answer = await fetch(`${form.dataset.search}?q=${encodeURIComponent(words)}`, { credentials: "same-origin" });
      if (!answer.ok || mine !== latest) return;
      const html = await answer.text();
      if (mine !== latest) return;
      list.innerHTML = html; // our own page, escaped by the server
      const found = list.querySelectorAll("[data-found]").length;
      open(found ? gettext("추천 {count}개", { count: found }) : gettext("맞는 안내가 없어요. 민원으로 남기거나 챗봇에게 물을 수 있어요."));
    } catch {
      close(); // offline: the form still works when the network is back
    }
  }

  function take(option) {
    if ("clear" in option.dataset) {
      keep(null);
      close();
    } else if (option.dataset.words) {
      box.value = option.dataset.words;
      form.requestSubmit();
    } else {
      if (box.value.trim()) keep(box.value.trim());
      location.assign(option.dataset.href);
    }
  }

  function move(key) {
    const all = options();
    const at = all.indexOf(chosen());
    const next = { ArrowDown: at + 1, ArrowUp: at < 0 ? all.length - 1 : at - 1, Home: 0, End: all.length - 1 }[key];
    choose(all[next] ?? null); // beyond either end the box itself is next
  }

  box.addEventListener("input", (event) => {
    clearTimeout(timer);
    timer = setTimeout(ask, event.isComposing ? PAUSE * 1.5 : PAUSE);
  });
  box.addEventListener("focus", () => box.value.trim() || showRecent());
  box.addEventListener("blur", () => setTimeout(close, 0));
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && chosen()) {
      event.preventDefault();
      take(chosen());
    } else if (["ArrowDown", "ArrowUp"].includes(event.key) && list.hidden) {
      event.preventDefault();
      ask();
    } else if (["ArrowDown", "ArrowUp"].includes(event.key) || (chosen() && ["Home", "End"].includes(event.key))) {
      event.preventDefault();
      move(event.key);
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });
  form.addEventListener("submit", () => box.value.trim() && keep(box.value.trim()));
}

document.querySelectorAll("form[data-search]").forEach(setUp);
