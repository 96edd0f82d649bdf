/**
 * Zones drawn on a page: a rectangle dragged on the picture fills in the millimetres of the chosen row, and the other way
 * round. Every box can be moved with the arrow keys. What the zones say on five pages is read out after each change.
 * Without JavaScript the numbers are typed and a button reads out.
 */

const STEP_MM = 0.5;
const READ_AFTER_MS = 700;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const SIDES = ["left", "top", "width", "height"];

class Row {
  constructor(fieldset, board) {
    this.fieldset = fieldset;
    this.board = board;
    this.box = document.createElement("button");
    this.box.type = "button";
    this.box.className = "nt-box";
    board.canvas.append(this.box);
    fieldset.addEventListener("focusin", () => board.choose(this));
    fieldset.addEventListener("input", () => board.changed(this));
    this.box.addEventListener("focus", () => board.choose(this));
    this.box.addEventListener("keydown", (event) => this.nudge(event));
    this.draw();
  }

  input(name) {
    return this.fieldset.querySelector(`[name$="-${name}"]`);
  }

  get place() {
    return Object.fromEntries(SIDES.map((side) => [side, Number(this.input(side).value) || 0]));
  }

  set place(place) {
    for (const side of SIDES) this.input(side).value = Math.max(0, Math.round(place[side] / STEP_MM) * STEP_MM);
    this.draw();
  }

  get isGone() {
    return this.input("DELETE").checked || !this.input("field").value;
  }

  get isEmpty() {
    return !this.input("field").value && !this.place.width;
  }

  draw() {
    const { left, top, width, height } = this.place;
    const page = this.board.page;
    this.box.hidden = !width || !height || this.input("DELETE").checked;
    this.box.style.left = `${(left / page.width) * 100}%`;
    this.box.style.top = `${(top / page.height) * 100}%`;
    this.box.style.width = `${(width / page.width) * 100}%`;
    this.box.style.height = `${(height / page.height) * 100}%`;
    const field = this.input("field").selectedOptions[0]?.textContent ?? "";
    this.box.textContent = this.input("field").value ? field : "무엇인지 고르세요";
    this.box.setAttribute("aria-label", `${this.fieldset.querySelector("legend").textContent} ${field} ${left}, ${top}, ${width}×${height}mm`);
    this.box.classList.toggle("chosen", this.board.chosen === this);
    this.fieldset.classList.toggle("chosen", this.board.chosen === this);
  }

  nudge(event) {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    const place = this.place;
    place[event.shiftKey ? "width" : "left"] += arrow[0];
    place[event.shiftKey ? "height" : "top"] += arrow[1];
    this.place = { ...place, width: Math.max(1, place.width), height: Math.max(1, place.height) };
    this.board.changed(this);
  }
}

class Board {
  constructor(form) {
    this.form = form;
    this.canvas = form.querySelector("[data-canvas]");
    this.holder = form.querySelector("[data-rows]");
    this.blank = form.querySelector("[data-blank]");
    this.count = form.querySelector('[name$="-TOTAL_FORMS"]');
    this.chosen = null;
    this.timer = 0;
    this.request = null;
    this.rows = [...this.holder.querySelectorAll("[data-zone]")].map((each) => new Row(each, this));
    this.choose(this.rows.find((row) => row.isEmpty) ?? this.rows[0]);
    this.canvas.addEventListener("pointerdown", (event) => this.begin(event));
    const add = form.querySelector("[data-add]");
    add.hidden = false;
    add.addEventListener("click", () => this.add().input("field").focus());
    form.querySelector("[data-hint]").hidden = false;
    if (this.rows.some((row) => !row.isGone && row.place.width)) this.read();
    for (const side of ["page_width_mm", "page_height_mm"]) {
      form.elements[side].addEventListener("input", () => this.rows.forEach((row) => row.draw()));
    }
  }

  get page() {
    return { width: Number(this.form.elements.page_width_mm.value) || 210, height: Number(this.form.elements.page_height_mm.value) || 297 };
  }

  choose(row) {
    if (this.chosen === row) return;
    this.chosen = row ?? null;
    this.rows.forEach((each) => each.draw());
  }

  add() {
    const number = Number(this.count.value);
    const holder = document.createElement("div");
    holder.append(this.blank.content.cloneNode(true));
    const fieldset = holder.querySelector("[data-zone]");
    fieldset.querySelector("legend").textContent = `칸 ${number + 1}`;
    for (const element of fieldset.querySelectorAll("[name], [id], [for]")) {
      for (const name of ["name", "id", "for"]) {
        const value = element.getAttribute(name);
        if (value) element.setAttribute(name, value.replace("__prefix__", number));
      }
    }
    this.count.value = number + 1;
    this.holder.append(fieldset);
    const row = new Row(fieldset, this);
    this.rows.push(row);
    this.choose(row);
    return row;
  }

  at(event) {
    const paper = this.canvas.getBoundingClientRect();
    const within = (value) => Math.min(1, Math.max(0, value));
    return {
      x: within((event.clientX - paper.left) / paper.width) * this.page.width,
      y: within((event.clientY - paper.top) / paper.height) * this.page.height,
    };
  }

  /** A drag on paper draws the chosen row's rectangle; a drag on a box moves it. */
  begin(event) {
    if (event.button !== 0) return;
    const moved = this.rows.find((row) => row.box === event.target);
    const row = moved ?? (this.chosen && (this.chosen.isEmpty || !this.chosen.place.width) ? this.chosen : null) ?? this.rows.find((each) => each.isEmpty) ?? this.add();
    this.choose(row);
    const start = this.at(event);
    const before = row.place;
    const drag = (next) => {
      const here = this.at(next);
      row.place = moved
        ? { ...before, left: before.left + here.x - start.x, top: before.top + here.y - start.y }
        : { left: Math.min(start.x, here.x), top: Math.min(start.y, here.y), width: Math.abs(here.x - start.x), height: Math.abs(here.y - start.y) };
    };
    const end = () => {
      this.canvas.removeEventListener("pointermove", drag);
      this.changed(row);
      if (!moved && row.place.width) row.input("field").focus();
    };
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.canvas.addEventListener("pointermove", drag);
    this.canvas.addEventListener("pointerup", end, { once: true });
  }

  changed(row) {
    row.draw();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.read(), READ_AFTER_MS);
  }

  async read() {
    this.request?.abort();
    const request = (this.request = new AbortController());
    const place = this.form.querySelector("[data-read-out]");
    place.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(this.form.dataset.readUrl, { method: "POST", body: new FormData(this.form), credentials: "same-origin", signal: request.signal });
      if (!answer.ok || answer.redirected) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      place.replaceChildren(...fresh.body.childNodes);
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    } finally {
      if (this.request === request) place.removeAttribute("aria-busy");
    }
  }
}

const form = document.querySelector("[data-zones]");
if (form) new Board(form);
