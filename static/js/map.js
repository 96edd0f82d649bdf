// The district's outline with a pin: a tap or a drag sets it, arrow keys move it 10 m. No tiles, nobody else is asked.

const STEP_M = 10;
const CLOSEST = 12;
const STILL = 6; // pixels a finger may slip and still be a tap

function setUp(map) {
  const svg = map.querySelector("svg");
  const pin = svg.querySelector(".pin");
  const accuracy = svg.querySelector(".accuracy");
  const { north, west, eastM, northM } = Object.fromEntries(
    Object.entries(map.dataset).map(([name, value]) => [name, Number(value)]),
  );
  const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  let zoom = 1;
  let centre = { x: width / 2, y: height / 2 };
  let spot = null;

  function draw() {
    const w = width / zoom;
    const h = height / zoom;
    const left = Math.min(Math.max(centre.x - w / 2, -w / 4), width - (w * 3) / 4);
    const top = Math.min(Math.max(centre.y - h / 2, -h / 4), height - (h * 3) / 4);
    svg.setAttribute("viewBox", `${left} ${top} ${w} ${h}`);
    const metresPerPixel = w / (svg.clientWidth || 340);
    svg.style.setProperty("--px", `${metresPerPixel}px`);
    svg.classList.toggle("is-close", zoom >= 3);
    if (!spot) return;
    pin.removeAttribute("hidden");
    pin.setAttribute("transform", `translate(${spot.x} ${spot.y}) scale(${metresPerPixel})`);
  }

  function show(lat, lon, { metres = 0, near = false } = {}) {
    spot = { x: (lon - west) * eastM, y: (north - lat) * northM };
    const isDrawn = spot.x >= 0 && spot.x <= width && spot.y >= 0 && spot.y <= height;
    map.classList.toggle("is-elsewhere", !isDrawn);
    centre = isDrawn ? { ...spot } : { x: width / 2, y: height / 2 };
    if (!isDrawn) zoom = 1;
    else if (near) zoom = Math.max(zoom, 6);
    accuracy.toggleAttribute("hidden", !metres);
    for (const [name, value] of [["cx", spot.x], ["cy", spot.y], ["r", metres]]) accuracy.setAttribute(name, value);
    draw();
  }

  function choose(x, y) {
    spot = { x, y };
    accuracy.setAttribute("hidden", "");
    draw();
    const detail = { lat: north - y / northM, lon: west + x / eastM };
    map.dispatchEvent(new CustomEvent("map:chosen", { detail, bubbles: true }));
  }

  async function fill() {
    const lines = svg.querySelector("[data-lines]");
    if (lines.childElementCount) return;
    try {
      const answer = await fetch(lines.dataset.lines);
      if (answer.ok && !lines.childElementCount) lines.innerHTML = await answer.text();
    } catch {
      // offline: the pin moves without them, and they are asked for again when the map is next opened
    }
  }

  function at(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return { x: point.x, y: point.y };
  }

  let held = null;
  svg.addEventListener("pointerdown", (event) => {
    held = { start: at(event), x: event.clientX, y: event.clientY, isPin: Boolean(event.target.closest(".pin")), moved: false };
    if (held.isPin || zoom > 1) svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", (event) => {
    if (!held) return;
    held.moved ||= Math.hypot(event.clientX - held.x, event.clientY - held.y) > STILL;
    if (!held.moved) return;
    const now = at(event);
    if (held.isPin) {
      spot = now;
      draw();
    } else if (zoom > 1) {
      centre = { x: centre.x + held.start.x - now.x, y: centre.y + held.start.y - now.y };
      draw();
    }
  });
  svg.addEventListener("pointerup", (event) => {
    if (held && (held.isPin || !held.moved)) {
      const { x, y } = at(event);
      choose(x, y);
    }
    held = null;
  });
  svg.addEventListener("pointercancel", () => {
    held = null;
  });

  svg.addEventListener("keydown", (event) => {
    const way = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    if (!way) return;
    event.preventDefault();
    const from = spot ?? centre;
    const step = event.shiftKey ? STEP_M * 10 : STEP_M;
    centre = { x: from.x + way[0] * step, y: from.y + way[1] * step };
    choose(centre.x, centre.y);
  });

  for (const button of map.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => {
      zoom = Math.min(CLOSEST, Math.max(1, zoom * Number(button.dataset.zoom)));
      if (spot) centre = { ...spot };
      draw();
    });
  }

  map.addEventListener("map:show", (event) => show(event.detail.lat, event.detail.lon, event.detail));
  map.addEventListener("map:opened", () => {
    draw();
    fill();
  });
}

export function setUpMaps(root) {
  for (const map of root.querySelectorAll("[data-map]")) setUp(map);
}

setUpMaps(document);
