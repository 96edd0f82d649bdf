/**
 * 민원 처리: pictures to zoom and turn, standard answers, and half-written words that are kept. Without it pictures open
 * as pages, answers are typed, and everything else works.
 */

const PAUSE = 1500;
const SCALES = [1, 1.5, 2, 3, 4];

function setUpViewer(viewer) {
  const image = viewer.querySelector("[data-viewer-image]");
  const name = viewer.querySelector("[data-viewer-name]");
  const links = [...document.querySelectorAll("[data-photo]")];
  let place = 0;
  let scale = 0;
  let turn = 0;

  const draw = () => (image.style.transform = `rotate(${turn}deg) scale(${SCALES[scale]})`);

  function open(to) {
    place = (to + links.length) % links.length;
    [scale, turn] = [0, 0];
    image.src = links[place].href;
    image.alt = links[place].dataset.photo;
    name.textContent = `${links[place].dataset.photo} (${place + 1}/${links.length})`;
    draw();
    if (!viewer.open) viewer.showModal();
  }

  const acts = {
    in: () => ((scale = Math.min(scale + 1, SCALES.length - 1)), draw()),
    out: () => ((scale = Math.max(scale - 1, 0)), draw()),
    left: () => ((turn -= 90), draw()),
    right: () => ((turn += 90), draw()),
    before: () => open(place - 1),
    next: () => open(place + 1),
    close: () => viewer.close(),
  };
  const keys = { "+": "in", "=": "in", "-": "out", ArrowLeft: "before", ArrowRight: "next", "[": "left", "]": "right" };

  for (const [number, link] of links.entries()) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      open(number);
    });
  }
  viewer.addEventListener("click", (event) => acts[event.target.dataset?.act]?.());
  viewer.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    if (!act || event.isComposing) return;
    event.preventDefault();
    acts[act]();
  });
  viewer.addEventListener("close", () => links[place].focus());
}

/** The chosen answer goes where the cursor was last, behind what stands there. */
function setUpStandardTexts(select) {
  const form = select.form;
  let box = form.querySelector("textarea");
  form.addEventListener("focusin", (event) => {
    if (event.target.matches("textarea")) box = event.target;
  });
  select.closest("[hidden]").hidden = false;
  select.addEventListener("change", () => {
    if (!select.value || !box) return;
    box.value = box.value.trim() ? `${box.value.trimEnd()}\n\n${select.value}` : select.value;
    select.value = "";
    box.focus();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

function setUpDraft(form) {
  const note = form.querySelector("[data-saved]");
  let timer = 0;
  let isTaken = false;

  async function save() {
    const answer = await fetch(form.dataset.draft, { method: "POST", body: new FormData(form), credentials: "same-origin" }).catch(() => null);
    if (isTaken) return;
    note.textContent = answer?.status === 204 ? `${new Date().toLocaleTimeString("ko-KR", { hour: "2-digit", minute: "2-digit" })} 저장했습니다.` : "아직 저장하지 못했습니다. 연결을 확인해 주세요.";
  }

  form.addEventListener("input", (event) => {
    if (event.target.matches("[data-standard]")) return;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });
  form.addEventListener("submit", () => {
    isTaken = true;
    clearTimeout(timer);
  });
}

/** What is rarely asked for comes when it is opened; its link inside works without this. */
function setUpLazy(details) {
  details.addEventListener("toggle", async () => {
    if (!details.open || details.dataset.came) return;
    details.dataset.came = "1";
    const answer = await fetch(`${details.dataset.lazy}?fragment=1`, { credentials: "same-origin" }).catch(() => null);
    if (answer?.ok && !answer.redirected) details.querySelector("[data-lazy-box]").innerHTML = await answer.text();
    else delete details.dataset.came;
  });
}

const viewer = document.querySelector("[data-viewer]");
if (viewer) setUpViewer(viewer);
for (const select of document.querySelectorAll("[data-standard]")) setUpStandardTexts(select);
for (const form of document.querySelectorAll("[data-draft]")) setUpDraft(form);
for (const details of document.querySelectorAll("[data-lazy]")) setUpLazy(details);
