// This browser and notifications: what is possible here, and what stands in the way.
import { isApple, isInstalled } from "../../ui/pwa";

export type Standing = "insecure" | "apple" | "unsupported" | "off" | "denied" | "ready" | "worker";

export interface Surroundings {
  isSecure: boolean;
  isApple: boolean;
  isInstalled: boolean;
  isAble: boolean;
  isOffered: boolean;
  permission: NotificationPermission | null;
  hasWorker: boolean;
}

/** The first thing that stands in the way, or "ready". */
export function standing(here: Surroundings): Standing {
  if (!here.isSecure) return "insecure";
  if (!here.isAble) return here.isApple && !here.isInstalled ? "apple" : "unsupported";
  if (!here.isOffered) return "off";
  if (here.permission === "denied") return "denied";
  return here.hasWorker ? "ready" : "worker";
}

export async function lookAround(isOffered: boolean): Promise<Surroundings> {
  const isAble = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  return {
    isSecure: window.isSecureContext,
    isApple: isApple(),
    isInstalled: isInstalled(),
    isAble,
    isOffered,
    permission: isAble ? Notification.permission : null,
    hasWorker: isAble && (await navigator.serviceWorker.getRegistration()) !== undefined,
  };
}

/** A VAPID key as the browser wants it. */
export function keyBytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

/** What a device is called where somebody has to choose one of several. */
export function labelOf(agent: string): string {
  const browser = /Edg\//.test(agent) ? "Edge" : /Firefox\//.test(agent) ? "Firefox" : /Chrome\//.test(agent) ? "Chrome" : /Safari\//.test(agent) ? "Safari" : "Browser";
  const system = /iPhone|iPad/.test(agent) ? "iOS" : /Android/.test(agent) ? "Android" : /Windows/.test(agent) ? "Windows" : /Mac OS/.test(agent) ? "macOS" : /Linux/.test(agent) ? "Linux" : "unknown system";
  return `${browser} on ${system}`;
}

const OURS = "edgeproof-push";

/** Which of the server's devices this browser is. */
export function ownDevice(): string | null {
  return localStorage.getItem(OURS);
}

export function keepDevice(id: string | null): void {
  if (id === null) localStorage.removeItem(OURS);
  else localStorage.setItem(OURS, id);
}
