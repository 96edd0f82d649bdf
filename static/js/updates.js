// The service worker: registered after the page is there, renewed when the reader agrees. Not inside other apps' browsers.

import { gettext } from "./words.js";

const IN_APP = /KAKAOTALK|NAVER|Instagram/i;
const READER = "sotong-reader";

async function tellLanguage() {
  const cache = await caches.open(READER);
  await cache.put("/language", new Response(document.documentElement.lang));
}

function offer(registration) {
  const worker = registration.waiting;
  if (!worker || !navigator.serviceWorker.controller || document.querySelector(".update")) return;
  const bar = document.createElement("div");
  bar.className = "update";
  bar.setAttribute("role", "status");
  const words = document.createElement("span");
  words.textContent = gettext("새 버전이 있습니다.");
  const agree = document.createElement("button");
  agree.type = "button";
  agree.className = "btn-secondary btn-small";
  agree.textContent = gettext("새로 고침");
  agree.addEventListener("click", () => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    worker.postMessage("take over");
  });
  bar.append(words, agree);
  document.querySelector("main").prepend(bar);
}

export async function start() {
  if (!("serviceWorker" in navigator) || IN_APP.test(navigator.userAgent)) return;
  try {
    const registration = await navigator.serviceWorker.register("/sw.js");
    await tellLanguage();
    offer(registration);
    registration.addEventListener("updatefound", () => {
      registration.installing?.addEventListener("statechange", (event) => event.target.state === "installed" && offer(registration));
    });
  } catch {
    // private browsing or a full disk: the site works without
  }
}
