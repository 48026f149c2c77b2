// The server: Latchkey by its description, and the notes of this application.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

/** Latchkey's addresses, with the types of what they take and answer. The browser sends its cookies. */
export const api = createClient<paths>({ baseUrl: "/auth", headers: { Accept: "application/json" } });

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

/** Returns what an answer says, or throws what refuses it. */
export async function done<T>(
  asked: Promise<{ data?: { response: T }; error?: { response: Refusal } }>,
): Promise<T> {
  const { data, error } = await asked;
  if (error) throw new Refused(error.response);
  if (!data) throw new Error("The server sent no answer.");
  return data.response;
}

/** Calls a route of this application; nothing if nobody is signed in. */
export async function notes(add?: string): Promise<string[] | undefined> {
  const headers = { Accept: "application/json", "Content-Type": "application/json" };
  const answer = await fetch("/api/notes", add === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify({ text: add }) });
  if (answer.status === 401) return undefined;
  if (!answer.ok) throw new Error("The note could not be kept.");
  return (await answer.json()) as string[];
}
