// A report survives a lost network, a closed page and a refused form. Without a network it waits, and leaves when the reader says so.
// Phone and name are kept only with a report that was to be sent: whoever comes back to send it is not asked again.

import { KEY, drop, erase, isUnsent, read, write } from "./drafts.js";
import { gettext } from "./words.js";

const TYPED = ["body", "place"];
const VALUES = [...TYPED, "lat", "lon", "source"];
const CONTACT = ["phone", "name"];
const PAUSE = 1000; // after the last key

class Report {
  constructor(form) {
    this.form = form;
    this.fields = form.elements;
    this.box = document.querySelector("[data-unsent]");
    this.state = "editing";
    this.isKept = true; // false: another report waits in the only place there is
    this.timer = 0;
  }

  start() {
    const draft = read();
    this.fields.intake_key.value ||= crypto.randomUUID();
    if (draft && this.isEmpty()) this.fill(draft);
    else if (draft && this.isHandedBack) this.put("editing");
    else if (isUnsent(draft)) this.standApart();
    this.listen();
    this.show();
  }

  /** photo.js looks at it too: the files on the shelf are the other report's. */
  standApart() {
    this.isKept = false;
    this.form.dataset.apart = "";
  }

  get isHandedBack() {
    return "handedBack" in this.form.dataset;
  }

  isEmpty() {
    return !this.isHandedBack && TYPED.every((name) => !this.fields[name].value);
  }

  fill(draft) {
    for (const name of VALUES) this.fields[name].value = draft.values[name] ?? "";
    for (const name of CONTACT) this.fields[name].value ||= draft.contact?.[name] ?? "";
    if (draft.key) this.fields.intake_key.value = draft.key;
    if (isUnsent(draft)) this.put("waiting"); // no receipt was seen: sent again it is still one report
    this.form.querySelector("[data-discard]").hidden = false;
    this.form.dispatchEvent(new CustomEvent("place:restored"));
  }

  listen() {
    this.form.addEventListener("input", () => this.later());
    this.form.addEventListener("place:changed", () => this.put());
    this.form.addEventListener("photos:changed", () => this.put());
    this.form.addEventListener("submit", (event) => this.send(event));
    this.form.querySelector("[data-discard]").addEventListener("click", () => this.discard());
    window.addEventListener("pagehide", () => this.timer && this.put());
    window.addEventListener("online", () => this.show());
    window.addEventListener("offline", () => this.show());
    window.addEventListener("storage", (event) => event.key === KEY && this.elsewhere());
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.put(), PAUSE);
  }

  has(names) {
    return names.some((name) => this.fields[name].value);
  }

  /** Keep the report as it stands. Files a refused form handed back lie with the server under its key: next time another one. */
  put(state = this.state) {
    clearTimeout(this.timer);
    this.timer = 0;
    this.state = state;
    if (!this.isKept) return;
    const values = Object.fromEntries(VALUES.map((name) => [name, this.fields[name].value]));
    const key = this.form.querySelector("[name=drop]") ? "" : this.fields.intake_key.value;
    const contact = state === "editing" ? {} : Object.fromEntries(CONTACT.map((name) => [name, this.fields[name].value]));
    if (state === "editing" && !this.has(VALUES) && !this.fields.photos.files.length) drop();
    else if (write({ state, key, values, contact })) this.stamp();
  }

  stamp() {
    const time = new Date().toLocaleTimeString("ko-KR", { hour: "2-digit", minute: "2-digit", hour12: false });
    this.form.querySelector("[data-saved]").textContent = gettext("이 기기에 임시 저장됨 {time}", { time });
    this.form.querySelector("[data-discard]").hidden = false;
  }

  /** With a network the browser sends the form as ever; the receipt erases what is kept. */
  send(event) {
    if (event.submitter?.name === "follow") return;
    if (navigator.onLine && this.fields.csrfmiddlewaretoken) {
      this.put("sending");
      return;
    }
    event.preventDefault();
    if (!this.has(TYPED) && !this.fields.photos.files.length) {
      this.say(gettext("무슨 일인지 적거나 사진을 올려 주세요."));
      return;
    }
    this.put("waiting");
    this.show();
    this.box.scrollIntoView({ block: "center" });
    if (navigator.onLine) this.sendNow();
  }

  /** The reader agreed: a page of this moment brings the token, and the form leaves with the key it has had all along. */
  async sendNow() {
    try {
      const answer = await fetch(this.form.action, { cache: "no-store", credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const token = page.querySelector("[data-draft] [name=csrfmiddlewaretoken]");
      if (!answer.ok || !token) throw new Error("no form");
      this.fields.csrfmiddlewaretoken?.remove();
      this.form.prepend(document.adoptNode(token));
    } catch {
      this.say(gettext("아직 연결되지 않았어요. 잠시 뒤에 다시 눌러 주세요."), this.buttons());
      return;
    }
    this.form.requestSubmit();
  }

  async discard() {
    if (!window.confirm(gettext("쓰신 내용과 사진을 이 기기에서 지울까요?"))) return;
    clearTimeout(this.timer);
    this.timer = 0;
    this.standApart();
    await erase();
    location.replace(this.form.action);
  }

  /** Another tab sent or erased it. */
  elsewhere() {
    if (this.state !== "waiting" || read()) return;
    this.state = "editing";
    this.standApart();
    this.say(gettext("다른 창에서 보내거나 지운 민원이에요."));
  }

  show() {
    if (this.state === "waiting") {
      const words = navigator.onLine
        ? gettext("아직 보내지 않은 민원이 있어요. 지금 보낼까요? 여러 번 눌러도 한 번만 접수돼요.")
        : gettext("연결되면 보내드려요. 쓰신 내용과 사진은 이 기기에 두었어요.");
      this.say(words, this.buttons());
    } else if (!this.isKept) {
      const words = gettext("보내지 않은 민원이 따로 있어요. 지금 쓰시는 글은 이 기기에 저장하지 않아요.");
      this.say(words, [this.button(gettext("그 민원 열기"), () => location.assign(this.form.action))]);
    }
  }

  buttons() {
    const discard = this.button(gettext("지우기"), () => this.discard());
    return navigator.onLine ? [this.button(gettext("지금 보내기"), () => this.sendNow(), "btn"), discard] : [discard];
  }

  button(words, act, look = "btn-secondary") {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `${look} btn-small`;
    button.textContent = words;
    button.addEventListener("click", act);
    return button;
  }

  say(words, buttons = []) {
    const box = document.createElement("div");
    box.className = "notice-box warning";
    const text = document.createElement("p");
    text.textContent = words;
    box.append(text);
    if (buttons.length) {
      const row = document.createElement("div");
      row.className = "actions";
      row.append(...buttons);
      box.append(row);
    }
    this.box.replaceChildren(box);
  }
}

/** On the receipt: what was sent is erased. A report that waits under another key stays. */
function settle(key) {
  const draft = read();
  if (!(isUnsent(draft) && draft.key && draft.key !== key)) erase();
}

const receipt = document.querySelector("[data-draft-sent]");
if (receipt) settle(receipt.dataset.draftSent);
for (const form of document.querySelectorAll("[data-draft]")) new Report(form).start();
