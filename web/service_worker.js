// Keeps the shell of the console on the phone: its style sheet, its script, its sign, and the page that says that there
// is no connection. Nothing that is about anybody is ever kept: pages and the API's answers always come from the server.
// The server writes the list in; its hash is part of this file, so that another shell is another worker.

const SHELL = __SHELL__;
const KEPT = "aais-shell-__VERSION__";
const OFFLINE = "/offline";

// Without cookies: what is kept is what anybody would be given.
const fetched = (address) => fetch(new Request(address, { cache: "reload", credentials: "omit" }));

const keep = async () => {
  const cache = await caches.open(KEPT);
  for (const address of SHELL) {
    const answer = await fetched(address);
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    await cache.put(address, answer);
  }
  await self.skipWaiting();
};

const take = async () => {
  for (const name of await caches.keys()) {
    if (name.startsWith("aais-shell-") && name !== KEPT) await caches.delete(name);
  }
  await self.clients.claim();
};

const page = async (request) => {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(OFFLINE, { cacheName: KEPT })) ?? Response.error();
  }
};

const part = async (request) => (await caches.match(request, { cacheName: KEPT })) ?? fetch(request);

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(take()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (SHELL.includes(address.pathname) && address.pathname !== OFFLINE) event.respondWith(part(request));
});
