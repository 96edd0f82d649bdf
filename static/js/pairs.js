// What is opened after what: told to the server without a cookie, so that nobody is in it, and only sums come back.

import { isOff } from "./mine.js";

const LAST = "opened-last"; // both of this tab's visit only, and gone with it
const TOLD = "opened-told";
const FOLLOWERS = "followers";

const read = (store, key, fallback) => {
  try {
    return JSON.parse(store.getItem(key)) ?? fallback;
  } catch {
    return fallback;
  }
};

/** Once per visit and pair. `sendBeacon` would bring the session's cookie along; this brings nothing. */
export function noteOpened(url, address) {
  if (isOff()) return;
  const first = read(sessionStorage, LAST, null);
  const told = read(sessionStorage, TOLD, []);
  const pair = JSON.stringify({ first, second: url });
  sessionStorage.setItem(LAST, JSON.stringify(url));
  if (first === null || first === url || told.includes(pair)) return;
  sessionStorage.setItem(TOLD, JSON.stringify([...told, pair]));
  const nothingOfMine = { credentials: "omit", referrerPolicy: "no-referrer", keepalive: true };
  fetch(address, { method: "POST", body: pair, ...nothingOfMine }).catch(() => {});
}

/** What others opened after that entry, as it was known when this page was last left. */
export const followersOf = (url) => (isOff() ? [] : (read(localStorage, FOLLOWERS, {})[url] ?? []));

/** For the next page: what is under the finger does not move. */
export async function fetchFollowers(address) {
  if (isOff()) return;
  try {
    const answer = await fetch(address, { credentials: "omit", referrerPolicy: "no-referrer" });
    if (answer.ok) localStorage.setItem(FOLLOWERS, await answer.text());
  } catch {
    // offline, or a browser that keeps nothing: the order stays as it is
  }
}

export function forgetPairs() {
  for (const [store, key] of [[sessionStorage, LAST], [sessionStorage, TOLD], [localStorage, FOLLOWERS]]) {
    store.removeItem(key);
  }
}
