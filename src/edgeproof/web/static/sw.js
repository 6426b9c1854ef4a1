// The service worker: keeps the built files, so that the pages open at once and say so plainly when the server is away.
// Nothing of the API is ever kept: an old price that looks like one of now costs money.
const BUILD = "4b8d2e51c8b6034b";
const FILES = ["/assets/Chart-C5ZfVpvP.css","/assets/Chart-DQDYlhMA.js","/assets/CopyButton-Gg73Hpnc.js","/assets/IconArrowUp-BuF4YLib.js","/assets/IconChevronRight-CRI9gs8E.js","/assets/Journal-CsKRALUR.js","/assets/Journal-jIL4lUml.css","/assets/List-Cb6qhu0K.js","/assets/Login-Dck_qSmm.js","/assets/Overview-BU1QVWDP.js","/assets/Overview-Bk4KizsE.css","/assets/Performance-DOlBRRhw.css","/assets/Performance-DTAQetgm.js","/assets/Plot-CE-4GW4B.js","/assets/Plot-CnsZ1jie.css","/assets/Research-CHFeAEh2.css","/assets/Research-D-jXQXvQ.js","/assets/SegmentedControl-Oeu0rORY.js","/assets/Select-DrRGJb26.js","/assets/Settings-Cm0bmxvU.css","/assets/Settings-DdUSbUo9.js","/assets/Signals-B9x4L9Ub.css","/assets/Signals-YFK_HB1W.js","/assets/Switch-BOcMJTKd.js","/assets/Waiting-CeMCGUsb.js","/assets/esm-Bndu1R4T.js","/assets/index-DNQQ4xoY.js","/assets/index-_Z8HXlpF.css","/assets/live-C2ocbESA.js","/assets/parts-Dljq_mRV.js","/assets/signals-BLWqZhYV.js","/assets/useInfiniteQuery-RIfgHA9d.js","/assets/useSlashFocus-BHPiLVp2.js"];
const PREFIX = "edgeproof-";
const KEPT = PREFIX + BUILD;
const OFFLINE = "/offline.html";
// Their names do not say what is in them, unlike those under /assets/: they belong to one build.
const PLAIN = [OFFLINE, "/offline.css", "/icon.svg", "/icon-192.png"];

self.addEventListener("install", (event) => {
  const plain = PLAIN.map((path) => new Request(path, { cache: "reload" }));
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll([...FILES, ...plain])));
});

self.addEventListener("message", (event) => {
  if (event.data === "take over" || event.data?.take_over_if === BUILD) self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forget().then(() => self.clients.claim()));
});

/** Caches of older builds go, but the last: a tab that is still of that build finds its parts, though the server has them no more. */
async function forget() {
  const older = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== KEPT);
  await Promise.all(older.slice(0, -1).map((name) => caches.delete(name)));
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || url.pathname.startsWith("/api/")) return;
  if (request.mode === "navigate") {
    // The page itself always comes from the server, past the browser's own cache: the old one must not come back.
    event.respondWith(fetch(request, { cache: "no-cache" }).catch(() => caches.match(OFFLINE, { cacheName: KEPT })));
  } else if (url.pathname.startsWith("/assets/")) {
    event.respondWith(caches.match(request).then((found) => found ?? fetch(request)));
  } else if (PLAIN.includes(url.pathname)) {
    event.respondWith(caches.match(request, { cacheName: KEPT }).then((found) => found ?? fetch(request)));
  }
});

self.addEventListener("push", (event) => {
  const said = wordsOf(event.data);
  event.waitUntil(
    self.registration.showNotification(said.title ?? "edgeproof", {
      body: said.body ?? "",
      tag: said.tag,
      data: { url: said.url ?? "/" },
      icon: "/icon-192.png",
      badge: "/icon-192.png",
      silent: said.silent === true,
      timestamp: said.at ?? Date.now(),
      requireInteraction: said.severity === "critical",
    }),
  );
});

/** A browser takes the right to push away from who shows nothing: so something is shown whatever came. */
function wordsOf(data) {
  if (!data) return {};
  try {
    return data.json() ?? {};
  } catch {
    return { body: data.text() };
  }
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data?.url ?? "/", location.origin);
  if (url.origin === location.origin) event.waitUntil(show(url.href));
});

/** In a window that is open already, if there is one; some will not be led, and then a new one it is. */
async function show(address) {
  const windows = await self.clients.matchAll({ type: "window" });
  const open = windows.find((each) => each.url === address) ?? windows.find((each) => each.focused) ?? windows[0];
  if (open === undefined) return self.clients.openWindow(address);
  try {
    const at = open.url === address ? open : await open.navigate(address);
    return await (at ?? open).focus();
  } catch {
    return self.clients.openWindow(address);
  }
}
