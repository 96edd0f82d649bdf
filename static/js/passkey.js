// Passkeys where the browser has them: without one, the page's own way (a code by text message) is all there is.

const adding = document.querySelector("form[data-passkey-add]");
const entering = document.querySelector("form[data-passkey-enter]");
const canRead = "PublicKeyCredential" in window && "parseCreationOptionsFromJSON" in PublicKeyCredential;

function send(form, credential) {
  form.elements.credential.value = JSON.stringify(credential.toJSON());
  form.requestSubmit(form.querySelector("[data-send]"));
}

function say(form, words) {
  const status = form.querySelector("[role=status]");
  status.textContent = words;
}

/** The telephone makes a passkey for this site. */
async function add(event) {
  event.preventDefault();
  const options = JSON.parse(document.getElementById("passkey-options").textContent);
  try {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey);
    send(adding, await navigator.credentials.create({ publicKey }));
  } catch {
    say(adding, adding.dataset.refused);
  }
}

/** The telephone shows whose passkeys it has; its lock says that it is she. */
async function enter(event) {
  event.preventDefault();
  try {
    const answer = await fetch(entering.action, { headers: { Accept: "application/json" }, cache: "no-store" });
    const options = await answer.json();
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey);
    send(entering, await navigator.credentials.get({ publicKey }));
  } catch {
    say(entering, entering.dataset.refused);
  }
}

for (const [form, act] of [[adding, add], [entering, enter]]) {
  if (!form || !canRead) continue;
  form.hidden = false;
  form.querySelector("[data-begin]").addEventListener("click", act);
}
