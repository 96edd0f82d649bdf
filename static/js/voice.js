// 말로 적기, only where the phone itself can listen: what a citizen says never leaves it. Elsewhere the keyboard has a microphone.

import { gettext } from "./words.js";

const LANGUAGE = document.documentElement.lang === "en" ? "en-GB" : "ko-KR";

async function canListen() {
  const Recognition = window.SpeechRecognition;
  if (!Recognition || typeof Recognition.available !== "function") return false;
  try {
    return (await Recognition.available({ langs: [LANGUAGE], processLocally: true })) === "available";
  } catch {
    return false;
  }
}

function setUp(button) {
  const field = document.getElementById(button.dataset.voice);
  const words = button.querySelector("span");
  const recognition = new window.SpeechRecognition();
  recognition.lang = LANGUAGE;
  recognition.processLocally = true;
  recognition.continuous = true;
  let isOn = false;

  function show(on) {
    isOn = on;
    button.setAttribute("aria-pressed", String(on));
    words.textContent = on ? gettext("듣고 있어요. 누르면 멈춥니다") : gettext("말로 적기");
  }

  recognition.addEventListener("result", (event) => {
    for (const result of [...event.results].slice(event.resultIndex)) {
      if (!result.isFinal) continue;
      field.value = [field.value.trimEnd(), result[0].transcript.trim()].filter(Boolean).join(" ");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
  recognition.addEventListener("end", () => show(false));
  recognition.addEventListener("error", () => show(false));
  button.addEventListener("click", () => {
    if (isOn) recognition.stop();
    else recognition.start();
    show(!isOn);
  });
  button.hidden = false;
}

if (await canListen()) {
  for (const button of document.querySelectorAll("[data-voice]")) setUp(button);
}
