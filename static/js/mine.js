// What this device remembers of its reader: favourites and what was opened how often. It stays here; pairs.js tells less.

const FAVOURITES = "favourites";
const UNTOLD = "favourites-untold"; // chosen here, and not known to the account yet
export const MOST = 6;

/** 공용 기기예요, said at sign-in: nothing is kept here, what was is erased, and nothing is asked either. */
export const isShared = () => document.cookie.split("; ").includes("shared=1");

export function read(key, fallback) {
  try {
    if (isShared()) localStorage.removeItem(key);
    return JSON.parse(localStorage.getItem(key)) ?? fallback;
  } catch {
    return fallback;
  }
}

export function write(key, value) {
  try {
    if (value === null || isShared()) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // private browsing: the defaults stay
  }
}

const isOurs = (one) => typeof one?.label === "string" && /^\/(?!\/)/.test(one?.url ?? "");

let shownHere = null; // on a shared device a choice lasts as long as the page, and under the account

/** The chosen favourites, or null while nothing was chosen. */
export function favourites() {
  const kept = read(FAVOURITES, shownHere);
  return Array.isArray(kept) ? kept.filter(isOurs).slice(0, MOST) : null;
}

export function rememberFavourites(list) {
  const kept = list === null ? null : list.slice(0, MOST);
  if (isShared()) shownHere = kept;
  write(FAVOURITES, kept);
}

/** Whether the account has not heard of the last choice: no network, or signed out meanwhile. */
export const isUntold = () => read(UNTOLD, false);

/** Whoever is signed in has them under her account too. What is kept there now; null if nobody could be told. */
async function tellFavourites(list, { isFirst = false } = {}) {
  const form = document.querySelector("[data-sync]");
  if (!form) return null;
  const body = new FormData(form);
  for (const { url, label } of list ?? []) {
    body.append("path", url);
    body.append("label", label);
  }
  if (isFirst) body.append("merge", "1");
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // no network, or signed out meanwhile: the device has them
  }
}

let before = Promise.resolve();
let latest = 0;

/** Told one after the other, so that the last choice stays. What could not be told is told from the next page. */
export function keepFavourites(list) {
  const number = ++latest;
  rememberFavourites(list);
  if (!document.querySelector("[data-sync]")) return;
  write(UNTOLD, true);
  before = before.then(async () => {
    if (number < latest) return;
    const kept = await tellFavourites(list);
    if (kept && number === latest) write(UNTOLD, null);
  });
}

/** After signing in, once: what this device has goes to the account, and what the account had besides comes back. */
export async function bringFavourites(list) {
  const kept = await tellFavourites(list, { isFirst: true });
  if (!kept?.length) return null;
  rememberFavourites(kept);
  write(UNTOLD, null);
  return kept;
}

const VISITS = "visits";
const OFF = "visits-off";
const HALF_LIFE = 14 * 24 * 60 * 60 * 1000;
const KEPT = 40;

export const isOff = () => read(OFF, false) === true || navigator.doNotTrack === "1";

const faded = (visit, at) => visit.weight * 0.5 ** ((at - visit.at) / HALF_LIFE);

/** How much each address was opened lately: half as much after a fortnight. */
export function visits(at = Date.now()) {
  if (isOff()) return new Map();
  const kept = Object.entries(read(VISITS, {})).filter(([, visit]) => visit?.weight > 0 && visit?.at > 0);
  return new Map(kept.map(([url, visit]) => [url, faded(visit, at)]));
}

export function countVisit(url, at = Date.now()) {
  if (isOff()) return;
  const all = visits(at);
  all.set(url, (all.get(url) ?? 0) + 1);
  const most = [...all].sort((a, b) => b[1] - a[1]).slice(0, KEPT);
  write(VISITS, Object.fromEntries(most.map(([one, weight]) => [one, { weight, at }])));
}

export function forgetVisits() {
  write(VISITS, null);
}

export function turnOff(isWanted) {
  write(OFF, isWanted ? true : null);
  if (isWanted) forgetVisits();
}
