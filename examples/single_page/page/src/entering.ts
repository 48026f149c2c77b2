// Getting in: registering, signing in, and the second factor.
import { api, done, type Told } from "./api.js";
import { button, CODE, EMAIL, form, link, NEW_PASSWORD, paragraph, PASSWORD, say, show } from "./page.js";
import { prove } from "./passkey.js";
import { newPassword } from "./resetting.js";
import { go } from "./route.js";

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
  if (told.restricted) await newPassword();
  else if (told.tf_required) await secondFactor();
  else await go("/");
}

async function byPasskey(): Promise<Told> {
  const { state, credential } = await prove(await done(api.POST("/wan-signin")));
  return done(api.POST("/wan-signin/{asked}", { params: { path: { asked: state } }, body: { credential } }));
}

async function secondFactor(): Promise<void> {
  const { kind, email } = await done(api.GET("/tf-validate"));
  const stronger = kind === "passkey"
    ? button("Use your passkey", async () => entered(await byPasskey()))
    : form([CODE], "Go on", async ({ code = "" }) => entered(await done(api.POST("/tf-validate", { body: { code } }))));
  const recovery = form([{ ...CODE, label: "Recovery code", autocomplete: "off" }], "Use a recovery code", async ({ code = "" }) =>
    entered(await done(api.POST("/mf-recovery", { body: { code } }))));
  show("Second step", paragraph(`Prove that you are ${email}.`), stronger, recovery);
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
  const { ours, email } = await opened(key);
  show(
    "Confirm your address",
    paragraph(email),
    form(ours ? [] : [NEW_PASSWORD], "Confirm", async (body) =>
      entered(await done(api.POST("/confirm/{key}", { params: { path: { key } }, body })))),
  );
}

async function opened(key: string): Promise<{ ours: boolean; email: string }> {
  await done(api.GET("/confirm/{key}", { params: { path: { key } } }));
  const { ours, ticket } = await done(api.GET("/confirm/address"));
  return { ours, email: ticket.email };
}

/** Signs in by a mailed link. */
export async function byLink(key: string): Promise<void> {
  const press = async () => entered(await done(api.POST("/login/link/{key}", { params: { path: { key } } })));
  show("Sign in", button("Sign in", press));
}

/** Changes the address to the one that a link was mailed to. */
export async function changeAddress(key: string): Promise<void> {
  const press = async () => entered(await done(api.POST("/account/email/{key}", { params: { path: { key } } })));
  show("Change your address", button("Use this address", press));
}
