// Push on this device: the browser asks its owner, and the form carries what it gave.

import { gettext } from "./words.js";

const form = document.querySelector("form[data-push]");

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

async function subscribe() {
  const status = form.querySelector("[role=status]");
  try {
    const registration = await navigator.serviceWorker.ready;
    const options = { userVisibleOnly: true, applicationServerKey: bytes(form.dataset.push) };
    const given = (await registration.pushManager.subscribe(options)).toJSON();
    form.elements.endpoint.value = given.endpoint;
    form.elements.p256dh.value = given.keys.p256dh;
    form.elements.auth.value = given.keys.auth;
    form.requestSubmit();
  } catch {
    status.textContent = gettext("알림을 켜지 못했어요. 브라우저 설정에서 이 누리집의 알림을 허용해 주세요.");
  }
}

if (form && "serviceWorker" in navigator && "PushManager" in window) {
  form.hidden = false;
  document.querySelector("[data-no-push]").hidden = true;
  form.querySelector("[data-begin]").addEventListener("click", subscribe);
}
