// Asking the server: one function, one kind of error with words a person can read.

export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, words: string) {
    super(words);
    this.status = status;
  }

  /** Whether a login is what is missing. */
  get isLogin(): boolean {
    return this.status === 401;
  }
}

let csrf = "";

/** Keep the token that writes must carry; /api/me and the login say it. */
export function keepToken(token: string): void {
  csrf = token;
}

/** The JSON at a path under /api. */
export async function ask<T>(path: string, signal?: AbortSignal): Promise<T> {
  return answer<T>(path, signal === undefined ? {} : { signal });
}

/** Send JSON to a path under /api. */
export async function send<T>(method: "POST" | "DELETE", path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { "X-CSRF-Token": csrf };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  return answer<T>(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
}

async function answer<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/api${path}`, { credentials: "same-origin", ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "The server is not reached: is this device offline, or does edgeproof web not run?");
  }
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as T;
  throw new ApiError(response.status, wordsOf(text, response));
}

function wordsOf(text: string, response: Response): string {
  try {
    const said: unknown = JSON.parse(text);
    if (typeof said === "object" && said !== null && "error" in said) return String(said.error);
  } catch {
    // Not ours: a proxy's page, say. Its status must do.
  }
  return `The server answered ${response.status} ${response.statusText} without words.`;
}

/** A query string of what is not empty. */
export function query(words: Record<string, string | number | undefined | null>): string {
  const entries = Object.entries(words).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return entries.length === 0 ? "" : `?${new URLSearchParams(entries.map(([key, value]) => [key, String(value)]))}`;
}
