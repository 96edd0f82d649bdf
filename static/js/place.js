// Where: the phone's position on a press, names while one types, a pin on the map, the place in a photo. Typing alone is enough.

import { gettext } from "./words.js";

const PAUSE = 450;
const NEAR_ENOUGH_M = 150; // a position less exact than this is shown as a circle, and said so
const WORDS = {
  1: gettext("위치 권한이 꺼져 있습니다. 장소를 글로 적거나 지도에서 골라 주세요."),
  2: gettext("지금 위치를 알 수 없습니다. 장소를 글로 적거나 지도에서 골라 주세요."),
  3: gettext("위치를 찾는 데 오래 걸립니다. 장소를 글로 적거나 지도에서 골라 주세요."),
};

function setUp(field) {
  const form = field.closest("form");
  const locate = field.querySelector("[data-locate]");
  const open = field.querySelector("[data-open-map]");
  const map = field.querySelector("[data-map]");
  const found = field.querySelector("[data-found]");
  const status = field.querySelector("[role=status]");
  const { place, lat, lon, source } = form.elements;
  let timer = 0;
  let latest = 0;

  function say(words) {
    status.textContent = words;
  }

  function label() {
    if (locate) locate.querySelector("span").textContent = lat.value ? gettext("위치 빼기") : gettext("현재 위치");
  }

  function openMap(isOpen) {
    if (!map) return;
    map.hidden = !isOpen;
    open.setAttribute("aria-expanded", String(isOpen));
    open.textContent = isOpen ? gettext("지도 닫기") : gettext("지도에서 고르기");
    if (isOpen) map.dispatchEvent(new CustomEvent("map:opened"));
  }

  async function ask(values) {
    const token = form.elements.csrfmiddlewaretoken?.value;
    if (!token) return null; // the page without a network
    const body = new FormData();
    body.set("csrfmiddlewaretoken", token);
    for (const [name, value] of Object.entries(values)) body.set(name, value);
    const mine = ++latest;
    try {
      const answer = await fetch(field.dataset.url, { method: "POST", body, credentials: "same-origin" });
      return answer.ok && mine === latest ? await answer.json() : null;
    } catch {
      return null; // offline: what was typed is enough
    }
  }

  /** Take a position; say in words where that is. */
  async function take(point, how, { metres = 0, words = "", redraw = true } = {}) {
    lat.value = point.lat.toFixed(6);
    lon.value = point.lon.toFixed(6);
    source.value = how;
    found.hidden = true;
    label();
    if (map && redraw) {
      openMap(true);
      map.dispatchEvent(new CustomEvent("map:show", { detail: { ...point, metres, near: true } }));
    }
    form.dispatchEvent(new CustomEvent("place:changed"));
    say(words);
    const answer = await ask({ lat: lat.value, lon: lon.value });
    if (answer?.here) say([answer.here, words].filter(Boolean).join(" · "));
  }

  function drop() {
    lat.value = lon.value = source.value = "";
    label();
    openMap(false);
    say(gettext("위치를 뺐습니다."));
    form.dispatchEvent(new CustomEvent("place:changed"));
  }

  function located({ coords }) {
    locate.disabled = false;
    const metres = Math.round(coords.accuracy);
    const words = metres > NEAR_ENOUGH_M ? gettext("오차 약 {metres}m입니다. 핀을 옮겨 맞춰 주세요.", { metres }) : gettext("오차 약 {metres}m", { metres });
    take({ lat: coords.latitude, lon: coords.longitude }, "gps", { metres, words });
  }

  function suggestions(rows) {
    found.replaceChildren(
      ...rows.map((row) => {
        const item = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = row.area ? `${row.name} (${row.area})` : row.name;
        button.addEventListener("click", () => take(row, "pin", { words: gettext("핀을 옮겨 더 정확히 맞출 수 있어요.") }));
        item.append(button);
        return item;
      }),
    );
    found.hidden = rows.length === 0;
  }

  place.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const typed = place.value.trim();
      const answer = typed.length > 1 ? await ask({ text: typed }) : { found: [] };
      if (answer) suggestions(answer.found);
    }, PAUSE);
  });
  map?.addEventListener("map:chosen", (event) => take(event.detail, "pin", { redraw: false }));
  form.addEventListener("photo:position", (event) => {
    if (!lat.value) take(event.detail, "exif", { words: gettext("사진에 적힌 위치입니다. 다르면 핀을 옮겨 주세요.") });
  });
  if (open) {
    open.hidden = false;
    open.addEventListener("click", () => openMap(map.hidden));
  }
  if (locate && "geolocation" in navigator) {
    locate.hidden = false;
    locate.addEventListener("click", () => {
      if (lat.value) {
        drop();
        return;
      }
      locate.disabled = true;
      say(gettext("위치를 찾고 있습니다."));
      const failed = (error) => {
        locate.disabled = false;
        say(WORDS[error.code] ?? WORDS[2]);
      };
      navigator.geolocation.getCurrentPosition(located, failed, { enableHighAccuracy: true, timeout: 10_000 });
    });
  }
  function resume() {
    if (lat.value && lon.value) take({ lat: Number(lat.value), lon: Number(lon.value) }, source.value || "pin");
  }
  form.addEventListener("place:restored", resume);
  resume();
}

export function setUpPlaces(root) {
  for (const field of root.querySelectorAll("[data-place]")) setUp(field);
}

setUpPlaces(document);
