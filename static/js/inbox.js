/**
 * 회신함 and 회신 분류: bytes and price while writing, phrases, and keys. Elements with data-key are pressed, followed or
 * focused by that key; inside a list of cases, those of the current one. Never while a Korean syllable is composed.
 */

const NEAR_PX = 50; // who is this near to the end of a conversation follows it

function bytesOf(text) {
  let bytes = 0;
  for (const letter of text.trim().replace(/\s+/g, " ")) bytes += letter.codePointAt(0) < 0x80 ? 1 : 2;
  return bytes;
}

function won(text) {
  return `${Number(text).toLocaleString("ko-KR")}원`;
}

/** 52/90바이트 · 단문 12원 → 장문 35원: what the words cost, and where the jump is. */
function count(box, note) {
  const { openingBytes, smsBytes, longBytes, smsWon, lmsWon } = box.dataset;
  const bytes = Number(openingBytes) + bytesOf(box.value);
  const short = bytes <= Number(smsBytes);
  const over = bytes > Number(longBytes);
  const words = [`${bytes.toLocaleString("ko-KR")}/${Number(short ? smsBytes : longBytes).toLocaleString("ko-KR")}바이트`];
  if (over) words.push("너무 깁니다");
  else if (short) words.push(`단문(SMS)${smsWon ? ` ${won(smsWon)}` : ""}`);
  else words.push(`장문(LMS)${lmsWon ? ` ${won(lmsWon)}, 단문보다 ${won(lmsWon - smsWon)} 더` : ""}`);
  note.textContent = words.join(" · ");
  note.dataset.state = over ? "over" : short ? "short" : "long";
}

function setUpAnswer() {
  const box = document.querySelector("[data-bytes]");
  const note = document.querySelector("[data-count]");
  if (!box || !note) return;
  box.addEventListener("input", () => count(box, note));
  document.querySelector("[data-phrases]")?.addEventListener("change", (event) => {
    const text = event.target.selectedOptions[0]?.dataset.text;
    if (text) box.value = text;
    count(box, note);
  });
  if (box.value) count(box, note);
}

/** The latest words are in sight, also when new ones come while nobody is reading further up. */
function followTalk() {
  const talk = document.querySelector("[data-talk]");
  if (!talk) return;
  const down = () => talk.scrollTo({ top: talk.scrollHeight });
  down();
  let isDown = true;
  talk.addEventListener("scroll", () => (isDown = talk.scrollHeight - talk.scrollTop - talk.clientHeight < NEAR_PX));
  new MutationObserver(() => isDown && down()).observe(talk, { childList: true, subtree: true });
}

const cases = () => [...document.querySelectorAll("[data-case]")];
const current = () => document.querySelector("[data-case][data-current]") ?? cases()[0];

function step(by) {
  const rows = cases().length ? cases() : [...document.querySelectorAll("[data-row]")];
  if (!rows.length) return false;
  const at = cases().length ? rows.indexOf(current()) : rows.indexOf(document.activeElement);
  const next = rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
  for (const row of rows) row.toggleAttribute("data-current", row === next && row.matches("[data-case]"));
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function press(key) {
  const name = `[data-key="${CSS.escape(key)}"]`;
  const found = current()?.querySelector(name) ?? document.querySelector(`:not([data-case] *)${name}`);
  if (!found) return false;
  if (found.matches("textarea, input")) found.focus();
  else if (found.form) found.form.requestSubmit(found);
  else found.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const typing = event.target instanceof HTMLElement && event.target.closest("input:not([type=hidden]), textarea, select");
  if (typing) {
    if (event.key === "Escape") typing.blur();
    return;
  }
  const isDone = press(event.key) || (event.key === "j" && step(1)) || (event.key === "k" && step(-1));
  if (isDone) event.preventDefault();
});

setUpAnswer();
followTalk();
