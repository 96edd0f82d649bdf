// Chosen files survive a closed page: on this device only, for a month, in the browser's own database.

import { isShared } from "./mine.js";

const NAME = "sotong-report";
const STORE = "files";
export const A_MONTH = 30 * 24 * 60 * 60 * 1000;

function opened() {
  return new Promise((done, failed) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}

async function within(mode, work) {
  try {
    const database = await opened();
    return await new Promise((done, failed) => {
      const transaction = database.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => {
        database.close();
        done(request?.result);
      };
      transaction.onabort = transaction.onerror = () => failed(transaction.error);
    });
  } catch {
    return undefined; // private browsing or a full disk: the page works without
  }
}

export function keep(files) {
  if (isShared()) return Promise.resolve();
  return within("readwrite", (store) => (files.length ? store.put({ at: Date.now(), files }, "chosen") : store.delete("chosen")));
}

export async function kept() {
  const found = await within("readonly", (store) => store.get("chosen"));
  return found && Date.now() - found.at < A_MONTH ? found.files : [];
}

export function forget() {
  return within("readwrite", (store) => store.delete("chosen"));
}
