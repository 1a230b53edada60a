/* What a worker gives up before a program runs in it. Python there can reach all of JavaScript, and who presses Run on a
   shared program lends it no storage of the site, in which something would wait for the next visit, and no worker
   beside this one, which would have all of it again. The network is closed by the page's policy, which workers inherit. */

const GIVEN_UP = {
  self: ["caches", "indexedDB", "webkitRequestFileSystem", "webkitRequestFileSystemSync", "cookieStore",
    "BroadcastChannel", "Worker", "SharedWorker", "XMLHttpRequest", "WebSocket", "WebSocketStream", "WebTransport",
    "EventSource"],
  navigator: ["storage", "storageBuckets", "serviceWorker", "locks", "sendBeacon"],
};

function seal() {
  for (const [owner, names] of Object.entries(GIVEN_UP)) {
    for (let holder = self[owner]; holder && holder !== Object.prototype; holder = Object.getPrototypeOf(holder)) {
      for (const name of names) delete holder[name];
    }
    for (const name of names) {
      if (name in self[owner]) throw new Error(`${name} cannot be taken away from programs here`);
    }
  }
}
