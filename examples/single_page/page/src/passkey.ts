// Passkeys: the server's question, the browser's answer.
import type { Told } from "./api.js";

/** What a question is answered with, and the address that takes it. */
export interface Answer {
  state: string;
  credential: string;
}

/** Lets a passkey be made, as the server asks for it. */
export async function create(told: Told): Promise<Answer> {
  const options = PublicKeyCredential.parseCreationOptionsFromJSON(question(told));
  return answer(told, await navigator.credentials.create({ publicKey: options }));
}

/** Lets a passkey prove who is there. */
export async function prove(told: Told): Promise<Answer> {
  const options = PublicKeyCredential.parseRequestOptionsFromJSON(question(told));
  return answer(told, await navigator.credentials.get({ publicKey: options }));
}

function question<T>(told: Told): T {
  return told.credential_options as unknown as T;
}

function answer(told: Told, credential: Credential | null): Answer {
  if (!credential) throw new Error("The browser gave no passkey.");
  return { state: told.wan_state ?? "", credential: JSON.stringify(credential) };
}
