// Being in: notes, sessions, and second factors.
import { api, done, notes, Refused } from "./api.js";
import { button, CODE, element, form, link, paragraph, PASSWORD, say, show, type Input } from "./page.js";
import { create, prove } from "./passkey.js";
import { follow, go } from "./route.js";

const menu = () =>
  element("nav", {}, link("Notes", "/"), " ", link("Sessions", "/sessions"), " ", link("Second step", "/factors"), " ", link("Account", "/auth/account"));

export async function home(): Promise<void> {
  const kept = await notes();
  // Says whether somebody has to sign in, or to choose a new password first.
  if (!kept) return void (await done(api.GET("/account")));
  show(
    "Your notes",
    menu(),
    element("ul", {}, ...kept.map((note) => element("li", {}, note))),
    form([{ name: "text", label: "Another note", autocomplete: "off" }], "Add", async ({ text = "" }) => {
      if (!(await notes(text))) await done(api.GET("/account"));
      await home();
    }),
    button("Sign out", async () => {
      say((await done(api.POST("/logout"))).messages);
      await go("/sign-in");
    }),
  );
}

export const sessions = () => fresh(listSessions);
export const factors = () => fresh(listFactors);

async function listSessions(): Promise<void> {
  const { sessions: all } = await done(api.GET("/account/sessions"));
  const rows = all.map(({ id, browser, place, seen, current }) => {
    const end = async () => {
      say((await done(api.POST("/account/sessions/{id}", { params: { path: { id } } }))).messages);
      await listSessions();
    };
    const rest = current ? "This browser." : button("End", () => fresh(end));
    return element("li", {}, `${browser}, ${place}, last seen ${seen}. `, rest);
  });
  show("Where you are signed in", menu(), element("ul", {}, ...rows));
}

async function listFactors(): Promise<void> {
  const { factors: all, remaining = 0 } = await done(api.GET("/account/factors"));
  show(
    "Second step",
    menu(),
    element("ul", {}, ...all.map(({ name, since }) => element("li", {}, `${name}, since ${since}`))),
    paragraph(`Recovery codes left: ${remaining}`),
    button("Add an authenticator app", () => fresh(addApp)),
    button("Add a passkey", () => fresh(addPasskey)),
  );
}

async function addApp(): Promise<void> {
  const { tf_authr_key = "", tf_state_token = "" } = await done(api.POST("/tf-setup", { body: { setup: "authenticator" } }));
  show(
    "Add an authenticator app",
    paragraph("Enter this key in the app, then the code that it shows."),
    element("p", { className: "key" }, tf_authr_key),
    form([CODE], "Add", async ({ code = "" }) =>
      added(await done(api.POST("/tf-setup/{rest}", { params: { path: { rest: tf_state_token } }, body: { code } })))),
  );
}

async function addPasskey(): Promise<void> {
  const { state, credential } = await create(await done(api.POST("/wan-register", { body: {} })));
  await added(await done(api.POST("/wan-register/{rest}", { params: { path: { rest: state } }, body: { credential } })));
}

async function added({ messages, recovery_codes = [] }: { messages?: string[]; recovery_codes?: string[] }): Promise<void> {
  say(messages);
  if (recovery_codes.length === 0) return factors();
  show(
    "Your recovery codes",
    paragraph("Keep them somewhere safe. Each works once, and they are not shown again."),
    element("ol", { className: "key" }, ...recovery_codes.map((code) => element("li", {}, code))),
    link("Done", "/factors"),
  );
}

/** Does what is sensitive, after another proof of who is there if the last one is too old. */
async function fresh(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Refused && error.has("REAUTHENTICATION_REQUIRED"))) throw error;
    await verify(act);
  }
}

async function verify(act: () => Promise<void>): Promise<void> {
  const { available_methods = [], kind } = await done(api.GET("/verify"));
  const byPasskey = async () => {
    const { state, credential } = await prove(await done(api.POST("/wan-verify")));
    await done(api.POST("/wan-verify/{rest}", { params: { path: { rest: state } }, body: { credential } }));
    await act();
  };
  const typed = (input: Input) => form([input], "Go on", async (body) => {
    await done(api.POST("/verify", { body }));
    await act();
  });
  if (kind === "passkey") show("Is it still you?", button("Use your passkey", byPasskey));
  else if (kind === "totp") show("Is it still you?", typed(CODE));
  else if (available_methods.includes("password")) show("Is it still you?", typed(PASSWORD));
  else await follow(`/auth/verify?next=${location.pathname}`);
}
