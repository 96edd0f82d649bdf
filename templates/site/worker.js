{% autoescape off %}// The service worker. It keeps pages that are nobody's and static files; what belongs to somebody is never stored.

const KEPT = {{ kept }};
const READER = "sotong-reader"; // the language the reader chose, told by the pages
const PATH = /["'(]\.{0,2}\/(?!\/)[\w./-]+/g;
{% endautoescape %}{% verbatim %}
/** Addresses of files a page, module or style asks for, the way it writes them. */
function filesIn(text, base) {
  return (text.match(PATH) ?? [])
    .map((found) => new URL(found.slice(1), base))
    .filter((url) => url.origin === location.origin && url.pathname.startsWith(KEPT.static))
    .filter((url) => /\.\w+$/.test(url.pathname))
    .map((url) => url.pathname);
}

function mayKeep(answer) {
  return answer.ok && !answer.redirected && !/no-store|private/.test(answer.headers.get("Cache-Control") ?? "");
}

/** The pages for a telephone without a network, and everything they need. Asked for without cookies: they are nobody's. */
async function fill() {
  const cache = await caches.open(KEPT.name);
  const waiting = [...Object.values(KEPT.offline), ...Object.values(KEPT.blank)];
  const seen = new Set(waiting);
  while (waiting.length) {
    const found = await Promise.all(
      waiting.splice(0).map(async (path) => {
        const answer = await fetch(path, { credentials: "omit" });
        if (!mayKeep(answer) && path.startsWith(KEPT.static)) return []; // a name in a comment, say
        if (!mayKeep(answer)) throw new Error(`not to be kept: ${path}`);
        const isText = /html|javascript|css/.test(answer.headers.get("Content-Type") ?? "");
        const files = isText ? filesIn(await answer.clone().text(), answer.url) : [];
        await cache.put(path, answer);
        return files;
      }),
    );
    for (const path of new Set(found.flat())) {
      if (seen.has(path)) continue;
      seen.add(path);
      waiting.push(path);
    }
  }
}

async function language() {
  const told = await caches.match("/language", { cacheName: READER });
  const code = told ? await told.text() : "ko";
  return code in KEPT.blank ? code : "ko";
}

async function page(request, path) {
  try {
    return await fetch(request);
  } catch (failure) {
    const pages = path === KEPT.report ? KEPT.blank : KEPT.offline;
    const kept = await caches.match(pages[await language()], { cacheName: KEPT.name });
    if (kept) return kept;
    throw failure;
  }
}

async function file(request) {
  return (await caches.match(request, { cacheName: KEPT.name, ignoreVary: true })) ?? fetch(request);
}

addEventListener("install", (event) => event.waitUntil(fill()));

addEventListener("activate", (event) => {
  const others = async () => {
    for (const name of await caches.keys()) if (name !== KEPT.name && name !== READER) await caches.delete(name);
  };
  event.waitUntil(others());
});

addEventListener("message", (event) => {
  if (event.data === "take over") skipWaiting(); // the reader agreed
});

addEventListener("push", (event) => {
  const { title, body, url } = event.data.json();
  event.waitUntil(registration.showNotification(title, { body, data: { url }, tag: "news" }));
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(clients.openWindow(event.notification.data.url));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin || request.method !== "GET" || pathname.startsWith("/admin/")) return;
  if (request.mode === "navigate") event.respondWith(page(request, pathname));
  else if (pathname.startsWith(KEPT.static)) event.respondWith(file(request));
});
{% endverbatim %}
