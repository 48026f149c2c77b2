// What is shown: one screen at a time, made of elements and forms.
import { Refused } from "./api.js";

type Children = (Node | string)[];

/** Makes an element. Text stays text: nothing is read as HTML. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: Children
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

export const paragraph = (...children: Children) => element("p", {}, ...children);

/** Says whose session a link ends, if it is another's. */
export const instead = (other: string | null) => (other ? ` You are signed in as ${other}, and will be signed out there.` : "");

/** A link to another screen. */
export const link = (text: string, path: string) => element("a", { href: path }, text);

let news: string[] = [];

/** Keeps sentences for the next screen. */
export function say(messages: string[] = []): void {
  news.push(...messages);
}

/** Shows a screen. */
export function show(title: string, ...content: Children): void {
  const heading = element("h1", { tabIndex: -1 }, title);
  const said = news.map((message) => element("p", { className: "news", role: "status" }, message));
  news = [];
  document.title = `${title} · Notes`;
  document.querySelector("main")!.replaceChildren(heading, ...said, ...content);
  heading.focus();
}

/** An input of a form. */
export interface Input {
  name: string;
  label: string;
  type?: "text" | "email" | "password";
  autocomplete: AutoFill;
  hint?: string;
}

export const EMAIL: Input = { name: "email", label: "Email address", type: "email", autocomplete: "username" };
export const PASSWORD: Input = { name: "password", label: "Password", type: "password", autocomplete: "current-password" };
export const NEW_PASSWORD: Input = { name: "new_password", label: "New password", type: "password", autocomplete: "new-password", hint: "At least 8 characters." };
export const CODE: Input = { name: "code", label: "Code", autocomplete: "one-time-code" };

let inputsMade = 0;

/** A form whose values are sent as they are; what is refused is said at its field. */
export function form(inputs: Input[], button: string, send: (values: Record<string, string>) => Promise<void>): HTMLFormElement {
  const made = element("form", { noValidate: true });
  for (const { name, label, hint, ...rest } of inputs) {
    const input = element("input", { id: `${name}-${(inputsMade += 1)}`, name, required: true, ...rest });
    made.append(element("label", { htmlFor: input.id }, label), input);
    if (hint) made.append(element("small", {}, hint));
  }
  made.append(element("button", {}, button));
  made.onsubmit = async (event) => {
    event.preventDefault();
    await attempt(made, () => send(Object.fromEntries(new FormData(made)) as Record<string, string>));
  };
  return made;
}

/** A button on its own. */
export const button = (text: string, press: () => Promise<void>) => form([], text, press);

async function attempt(made: HTMLFormElement, send: () => Promise<void>): Promise<void> {
  made.querySelectorAll(".wrong").forEach((wrong) => wrong.remove());
  const pressed = made.querySelector("button")!;
  pressed.disabled = true;
  try {
    await send();
  } catch (error) {
    complain(made, error);
  } finally {
    pressed.disabled = false;
  }
}

function complain(made: HTMLFormElement, error: unknown): void {
  const byField = error instanceof Refused ? (error.refusal.field_errors ?? {}) : {};
  const wrong = Object.keys(byField).flatMap((name) => made.elements.namedItem(name) ?? []);
  for (const input of made.querySelectorAll("input")) {
    const fault = byField[input.name]?.join(" ");
    input.ariaInvalid = fault ? "true" : null;
    input.ariaDescription = fault ?? null;
    if (fault) input.after(element("p", { className: "wrong" }, fault));
  }
  const first = wrong[0];
  if (first instanceof HTMLInputElement) return first.focus();
  const alert = element("p", { className: "wrong", role: "alert" }, sentence(error));
  if (error instanceof Refused && error.has("UNAUTHENTICATED")) alert.append(" ", link("Sign in", "/sign-in"));
  made.prepend(alert);
}

/** Says what went wrong. */
export function sentence(error: unknown): string {
  if (error instanceof DOMException && error.name === "NotAllowedError") return "The passkey was not used. Try again, or choose another way.";
  return error instanceof Error ? error.message : String(error);
}
