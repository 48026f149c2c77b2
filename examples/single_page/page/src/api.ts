// The server: Latchkey by its description, and the notes of this application.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

let shown = new AbortController();

/** Ends the requests of the screen before, whose answers would come too late. */
export function abandon(): void {
  shown.abort();
  shown = new AbortController();
}

/** Latchkey's addresses, with the types of what they take and answer. The browser sends its cookies. */
export const api = createClient<paths>({
  baseUrl: "/auth",
  headers: { Accept: "application/json" },
  fetch: (request) => fetch(request, { signal: shown.signal }),
});

export type Told = components["schemas"]["Told"];
type Refusal = components["schemas"]["Refusal"];

/** An answer that is no success, with its sentences and codes. */
export class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.errors.join(" "));
  }

  has(code: Refusal["codes"][number]): boolean {
    return this.refusal.codes.includes(code);
  }
}

const unanswered = () => new Error("The server does not answer. Try again.");

/** Returns what an answer says, or throws what refuses it. */
export async function done<T>(
  asked: Promise<{ data?: { response: T }; error?: { response: Refusal } }>,
): Promise<T> {
  const { data, error } = await asked;
  if (data) return data.response;
  // A proxy between may answer with something else.
  throw error?.response?.errors ? new Refused(error.response) : unanswered();
}

/** Calls a route of this application, which adds a note if there is one; nothing is returned to strangers. */
export async function notes(add?: string): Promise<string[] | undefined> {
  const headers = { Accept: "application/json", "Content-Type": "application/json" };
  const note = add === undefined ? {} : { method: "POST", body: JSON.stringify({ text: add }) };
  const answer = await fetch("/api/notes", { ...note, headers, signal: shown.signal });
  if (answer.status === 401) return undefined;
  if (answer.status === 409) throw new Error("A note has up to 1,000 characters, and there is room for 100.");
  if (!answer.ok) throw unanswered();
  return (await answer.json()) as string[];
}
