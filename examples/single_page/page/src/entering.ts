// Getting in: registering, signing in, and the second factor.
import { api, done, type Told } from "./api.js";
import { button, CODE, EMAIL, form, instead, link, NEW_PASSWORD, paragraph, PASSWORD, say, show } from "./page.js";
import { prove } from "./passkey.js";
import { follow, go } from "./route.js";

export async function signIn(): Promise<void> {
  show(
    "Sign in",
    form([EMAIL, PASSWORD], "Sign in", async ({ email = "", password = "" }) =>
      entered(await done(api.POST("/login", { body: { email, password } })))),
    button("Sign in with a passkey", async () => entered(await byPasskey())),
    paragraph(link("Forgot your password?", "/reset"), " ", link("Register", "/register")),
  );
}

/** Goes on where a proof has led: the second factor, a new password, or the notes. */
export async function entered(told: Told): Promise<void> {
  say(told.messages);
  if (told.restricted) await go("/reset/new-password");
  else if (told.tf_state === "setup_from_login") await follow(told.location);
  else if (told.tf_required) await secondFactor();
  else await go("/");
}

async function byPasskey(): Promise<Told> {
  const { state, credential } = await prove(await done(api.POST("/wan-signin")));
  return done(api.POST("/wan-signin/{asked}", { params: { path: { asked: state } }, body: { credential } }));
}

async function secondFactor(): Promise<void> {
  const { kind, email, others } = await done(api.GET("/tf-validate"));
  if (kind !== "passkey" && kind !== "totp") return follow("/auth/login/factor");
  const strongest = kind === "passkey"
    ? button("Use your passkey", async () => entered(await byPasskey()))
    : form([CODE], "Go on", async ({ code = "" }) => entered(await done(api.POST("/tf-validate", { body: { code } }))));
  const recovery = form([{ ...CODE, label: "Recovery code", autocomplete: "off" }], "Use a recovery code", async ({ code = "" }) =>
    entered(await done(api.POST("/mf-recovery", { body: { code } }))));
  const more = others.some((other) => other.kind !== "recovery_code") ? [link("Another way", "/auth/login/factor")] : [];
  show("Second step", paragraph(`Prove that you are ${email}.`), strongest, recovery, ...more);
}

export async function register(): Promise<void> {
  show(
    "Register",
    form([EMAIL, { ...NEW_PASSWORD, name: "password", label: "Password" }], "Register", async ({ email = "", password = "" }) => {
      await done(api.POST("/register", { body: { email, password } }));
      show("Check your mail", paragraph(`Open the link in the message to ${email}.`));
    }),
    paragraph(link("Sign in", "/sign-in")),
  );
}

/** Confirms an address. In another browser than the one that registered, that takes the password to be used. */
export async function confirm(key: string): Promise<void> {
  const path = { path: { key } };
  await done(api.GET("/confirm/{key}", { params: path }));
  const { ours, ticket } = await done(api.GET("/confirm/address"));
  show(
    "Confirm your address",
    paragraph(ticket.email),
    form(ours ? [] : [NEW_PASSWORD], "Confirm", async (body) => entered(await done(api.POST("/confirm/{key}", { params: path, body })))),
  );
}

/** Signs in by a mailed link, and says whose it is: it may be somebody else's. */
export async function byLink(key: string): Promise<void> {
  const path = { path: { key } };
  await done(api.GET("/login/link/{key}", { params: path }));
  const { ticket, other } = await done(api.GET("/login/link"));
  const press = async () => entered(await done(api.POST("/login/link/{key}", { params: path })));
  show("Sign in", paragraph(`As ${ticket.email}.${instead(other)}`), button("Sign in", press));
}

/** Changes the address to the one that a link was mailed to. */
export async function changeAddress(key: string): Promise<void> {
  const path = { path: { key } };
  await done(api.GET("/account/email/{key}", { params: path }));
  const { email, ticket } = await done(api.GET("/account/email/confirm"));
  const press = async () => entered(await done(api.POST("/account/email/{key}", { params: path })));
  show("Change your address", paragraph(`From ${ticket.email} to ${email}`), button("Use this address", press));
}
