/* Keeps what the playground is made of, so that it works without a network after the first visit: what was fetched once
   is taken from there, and looked at anew when there is a network. */

const KEPT = "chalkgrad-playground";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(clients.claim()));
/* What a page has taken before this began: its own address, and those of its parts. */
self.addEventListener("message", (event) => {
  const ours = event.data.filter((address) => new URL(address).origin === location.origin);
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(ours)));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  event.respondWith(
    caches.open(KEPT).then(async (kept) => {
      try {
        const fresh = await fetch(request);
        if (fresh.ok) kept.put(request, fresh.clone());
        return fresh;
      } catch (error) {
        const before = await kept.match(request, { ignoreSearch: true });
        if (before) return before;
        throw error;
      }
    }),
  );
});
