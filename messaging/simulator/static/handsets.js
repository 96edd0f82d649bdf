// Makes the pages live; each of them works without this file.
import { keepFresh, sendQuietly } from "./fresh.js";
import { showPictures } from "./pictures.js";

function tick() {
  const time = new Date().toLocaleTimeString("ko-KR", { hour: "numeric", minute: "2-digit", hour12: false, timeZone: "Asia/Seoul" });
  for (const clock of document.querySelectorAll(".clock")) clock.textContent = time;
}

// The wall shows as many telephones as fit; naming them in the address keeps them there when others hear something.
function pinWall() {
  const page = document.body.classList;
  const devices = [...document.querySelectorAll(".wall .device")];
  const shown = devices.filter((device) => device.offsetParent !== null);
  if (!page.contains("wall-page") || !shown.length) return;
  for (const device of devices) if (!shown.includes(device)) device.remove();
  const place = new URL(location.href);
  const numbers = shown.map((device) => device.dataset.key).join(",");
  if (place.searchParams.get("show") === numbers) return;
  place.searchParams.set("show", numbers);
  place.searchParams.set("n", shown.length);
  history.replaceState(null, "", place.href.replaceAll("%2C", ","));
  page.add("chosen");
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const open = document.querySelector("details.switches[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  }
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || !event.target.matches(".composer textarea")) return;
  event.preventDefault();
  if (event.target.value.trim()) event.target.form.requestSubmit();
});

document.addEventListener("input", (event) => {
  if (event.target.matches("textarea")) event.target.rows = Math.min(5, event.target.value.split("\n").length);
  const output = document.getElementById(event.target.dataset?.output ?? "");
  if (output) output.value = event.target.value;
});

document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.switches[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

pinWall();
showPictures();
sendQuietly();
keepFresh();
setInterval(tick, 10000);
