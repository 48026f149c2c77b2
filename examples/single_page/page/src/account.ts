// Being in: notes, sessions, and second factors.
import { api, done, notes, Refused } from "./api.js";
import { signIn } from "./entering.js";
import { button, CODE, element, form, link, paragraph, PASSWORD, say, show } from "./page.js";
import { create, prove } from "./passkey.js";
import { go } from "./route.js";

const menu = () =>
  element("nav", {}, link("Notes", "/"), " ", link("Sessions", "/sessions"), " ", link("Second step", "/factors"), " ", link("Account", "/auth/account"));

export async function home(): Promise<void> {
  const kept = await notes();
  if (!kept) return signIn();
  show(
    "Your notes",
    menu(),
    element("ul", {}, ...kept.map((note) => element("li", {}, note))),
    form([{ name: "text", label: "Another note", autocomplete: "off" }], "Add", async ({ text = "" }) => {
      await notes(text);
      await home();
    }),
    button("Sign out", async () => {
      say((await done(api.POST("/logout"))).messages);
      await go("/sign-in");
    }),
  );
}

export async function sessions(): Promise<void> {
  const { sessions: all } = await done(api.GET("/account/sessions"));
  const rows = all.map(({ id, browser, place, seen, current }) => {
    const end = async () => {
      say((await done(api.POST("/account/sessions/{id}", { params: { path: { id } } }))).messages);
      await sessions();
    };
    return element("li", {}, `${browser}, ${place}, last seen ${seen}. `, current ? "This browser." : button("End", end));
  });
  show("Where you are signed in", menu(), element("ul", {}, ...rows));
}

export async function factors(): Promise<void> {
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
  const { state, credential } = await create(await done(api.POST("/wan-register", { body: { name: "Passkey" } })));
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
  const { kind } = await done(api.GET("/verify"));
  const byPasskey = async () => {
    const { state, credential } = await prove(await done(api.POST("/wan-verify")));
    await done(api.POST("/wan-verify/{rest}", { params: { path: { rest: state } }, body: { credential } }));
    await act();
  };
  const typed = form([kind === "password" ? PASSWORD : CODE], "Go on", async (body) => {
    await done(api.POST("/verify", { body }));
    await act();
  });
  show("Is it still you?", kind === "passkey" ? button("Use your passkey", byPasskey) : typed);
}
