// The one report that is not sent yet, on this device only: its words here, its files on the shelf. A month at most.
// state: editing; waiting for the network and the reader's word; sending, until a receipt or a refusal is shown.

import { isShared } from "./mine.js";
import { A_MONTH, forget } from "./shelf.js";

export const KEY = "complaint-draft";

export function read() {
  try {
    const draft = JSON.parse(localStorage.getItem(KEY));
    if (!draft) return null;
    if (!isShared() && Date.now() - draft.at < A_MONTH) return draft;
  } catch {
    return null; // private browsing: nothing was kept either
  }
  erase();
  return null;
}

/** Whether it could be kept. */
export function write(draft) {
  if (isShared()) return false;
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...draft, at: Date.now() }));
    return true;
  } catch {
    return false; // full or forbidden storage: the page works without
  }
}

/** The words alone. */
export function drop() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // private browsing: nothing was kept either
  }
}

export function erase() {
  drop();
  return forget();
}

export const isUnsent = (draft) => draft?.state === "waiting" || draft?.state === "sending";
