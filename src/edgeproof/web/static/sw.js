// The service worker: keeps the built files, so that the pages open at once and say so plainly when the server is away.
// Nothing of the API is ever kept: an old price that looks like one of now costs money.
const BUILD = "95c856e8508bc1fc";
const FILES = ["/assets/Chart-Cx5PT9DV.js","/assets/Journal-D6v7SAuK.js","/assets/Login-DB9O8xDK.js","/assets/Overview-B3ry-49R.js","/assets/Performance-DN_X3kVZ.js","/assets/Research-BhLaGzuT.js","/assets/Settings-C-K48CtF.js","/assets/Signals-DPE4OZE8.js","/assets/index-BFlUC-xY.css","/assets/index-BsqxUe66.js"];
const KEPT = `edgeproof-${BUILD}`;
const OFFLINE = "/offline.html";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll([...FILES, OFFLINE, "/offline.css", "/icon.svg"])));
});

self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin || url.pathname.startsWith("/api/")) return;
  if (event.request.mode === "navigate") {
    // The page itself always comes from the server: after an upgrade the old one must not come back.
    event.respondWith(fetch(event.request).catch(() => caches.match(OFFLINE)));
  } else if ((FILES.includes(url.pathname) || url.pathname === "/offline.css" || url.pathname === "/icon.svg")) {
    event.respondWith(caches.match(event.request).then((found) => found ?? fetch(event.request)));
  }
});

self.addEventListener("push", (event) => {
  const said = event.data?.json() ?? {};
  event.waitUntil(
    self.registration.showNotification(said.title ?? "edgeproof", {
      body: said.body ?? "",
      tag: said.tag,
      data: { url: said.url ?? "/" },
      icon: "/icon-192.png",
      requireInteraction: said.severity === "critical",
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data?.url ?? "/", location.origin);
  if (url.origin !== location.origin) return;
  event.waitUntil(
    self.clients.matchAll({ type: "window" }).then((windows) => {
      const open = windows[0];
      return open ? open.navigate(url.href).then((at) => (at ?? open).focus()) : self.clients.openWindow(url.href);
    }),
  );
});
