// The pages as an app of the device: the service worker, its upgrades, and the offer to install.
import { useSyncExternalStore } from "react";

interface InstallPrompt extends Event {
  prompt(): Promise<{ outcome: "accepted" | "dismissed" }>;
}

let offered: InstallPrompt | null = null;
const watchers = new Set<() => void>();

function offer(prompt: InstallPrompt | null): void {
  offered = prompt;
  for (const watcher of watchers) watcher();
}

/** Must run before the browser offers, so at the very start. */
export function beApp(): void {
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer(event as InstallPrompt);
  });
  window.addEventListener("appinstalled", () => offer(null));
  if (!("serviceWorker" in navigator)) return;
  window.addEventListener("load", () => void register());
}

async function register(): Promise<void> {
  try {
    const registration = await navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" });
    settle(registration);
    registration.addEventListener("updatefound", () => void ready(registration).then(() => settle(registration)));
  } catch {
    // No worker, as behind a certificate the browser does not trust: the pages work without.
  }
}

/** A waiting worker of this page's own build has nothing to wait for: the page was fetched anew before it was. */
function settle(registration: ServiceWorkerRegistration): void {
  registration.waiting?.postMessage({ take_over_if: __BUILD__ });
}

/** Once a worker that is being installed waits, or has failed to. */
function ready(registration: ServiceWorkerRegistration): Promise<void> {
  const worker = registration.installing;
  if (worker === null) return Promise.resolve();
  return new Promise((done) => {
    worker.addEventListener("statechange", () => worker.state !== "installing" && done());
  });
}

function atMost(milliseconds: number, wanted: Promise<unknown>): Promise<unknown> {
  return Promise.race([wanted, new Promise((done) => setTimeout(done, milliseconds))]);
}

/** Have the new worker ready before anybody asks for it. */
export async function prepareNew(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  await registration?.update().catch(() => undefined);
}

/** The new pages in place of these. Bounded in time: the new index comes from the server with any worker. */
export async function openNew(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  if (registration !== undefined) {
    await atMost(4000, prepareNew().then(() => ready(registration)));
    if (registration.waiting) {
      const isOver = new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }));
      registration.waiting.postMessage("take over");
      await atMost(2000, isOver);
    }
  }
  location.reload();
}

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** What installs the app, where the browser offers it. */
export function useInstall(): (() => void) | null {
  const prompt = useSyncExternalStore(subscribe, () => offered);
  return prompt === null
    ? null
    : () => {
        offer(null);
        void prompt.prompt();
      };
}

export function isInstalled(): boolean {
  return matchMedia("(display-mode: standalone)").matches || ("standalone" in navigator && navigator.standalone === true);
}

export function isApple(): boolean {
  return /iP(hone|ad|od)/.test(navigator.userAgent) || (navigator.userAgent.includes("Mac") && navigator.maxTouchPoints > 1);
}
