// Getting back in: each strategy that the admin may have picked, step by step.
import { api, done, type Told } from "./api.js";
import { entered } from "./entering.js";
import { button, CODE, EMAIL, form, instead, link, NEW_PASSWORD, paragraph, show } from "./page.js";
import { follow } from "./route.js";

export async function forgot(): Promise<void> {
  show(
    "Get back in",
    form([{ ...EMAIL, autocomplete: "email" }], "Send a message", async ({ email = "" }) => {
      await done(api.POST("/reset", { body: { email } }));
      sent(email);
    }),
    paragraph(link("Sign in", "/sign-in")),
  );
}

function sent(email: string): void {
  show(
    "Check your mail",
    paragraph(`If ${email} has an account, a message is on its way. Open its link, or enter its code here.`),
    form([CODE], "Go on", async ({ code = "" }) => follow((await done(api.POST("/reset/sent", { body: { code } }))).location)),
  );
}

/** Opens the link of a message, which changes nothing yet. */
export async function opened(key: string): Promise<void> {
  await follow((await done(api.GET("/reset/{key}", { params: { path: { key } } }))).location);
}

interface Step {
  ticket: { id: string; address: string; email: string; other: string | null };
}

interface Meant {
  query: { form: string };
}

/** Names the link that is meant: another may be opened meanwhile. */
const meant = ({ ticket }: { ticket: { id: string } }): Meant => ({ query: { form: ticket.id } });

/** Whose account it is, and whose it is not. */
const account = ({ ticket: { address, email, other } }: Step) => paragraph(`For ${address || email}.${instead(other)}`);

async function setThenLogin(): Promise<void> {
  const page = await done(api.GET("/reset/set-then-login"));
  const params = meant(page);
  show(
    "Choose a new password",
    account(page),
    form([NEW_PASSWORD], "Save", async ({ new_password = "" }) =>
      entered(await done(api.POST("/reset/set-then-login", { params, body: { new_password } })))),
  );
}

async function oneTimeLogin(): Promise<void> {
  const page = await done(api.GET("/reset/one-time-login"));
  const params = meant(page);
  show(
    "Sign in once",
    account(page),
    paragraph("Then choose a new password."),
    button("Sign in", async () => entered(await done(api.POST("/reset/one-time-login", { params })))),
  );
}

async function generatedPassword(): Promise<void> {
  const page = await done(api.GET("/reset/generated-password"));
  const params = meant(page);
  show(
    "Get a temporary password",
    account(page),
    button("Mail it to me", async () => {
      await done(api.POST("/reset/generated-password", { params }));
      show("Check your mail", paragraph("Sign in with the password in the message."), link("Sign in", "/sign-in"));
    }),
  );
}

interface CodeStrategy {
  page: () => Promise<Step & { tries?: number }>;
  ask: string;
  send: (params: Meant) => Promise<Told>;
  save: (params: Meant, body: { code: string; new_password: string }) => Promise<Told>;
}

/** Has a code sent, and takes it together with the new password. */
async function byCode(strategy: CodeStrategy): Promise<void> {
  const page = await strategy.page();
  const params = meant(page);
  if (page.tries === undefined) {
    const press = async () => {
      await strategy.send(params);
      await byCode(strategy);
    };
    show("Prove that it is you", account(page), button(strategy.ask, press));
    return;
  }
  show(
    "Choose a new password",
    account(page),
    form([CODE, NEW_PASSWORD], "Save", async ({ code = "", new_password = "" }) =>
      entered(await strategy.save(params, { code, new_password }))),
  );
}

const secondKey = () => byCode({
  page: () => done(api.GET("/reset/second-key")),
  ask: "Mail me a code",
  send: (params) => done(api.POST("/reset/second-key/send", { params })),
  save: (params, body) => done(api.POST("/reset/second-key", { params, body })),
});

const smsApproved = () => byCode({
  page: async () => {
    const page = await done(api.GET("/reset/sms-approved"));
    // Nobody can be texted, or an app or a passkey approves as well.
    if (!page.phone || page.others?.length) location.assign("/auth/reset/sms-approved");
    return page;
  },
  ask: "Text me a code",
  send: (params) => done(api.POST("/reset/sms-approved/send", { params })),
  save: (params, body) => done(api.POST("/reset/sms-approved", { params, body })),
});

/** The steps by their paths, which are Latchkey's: a reload shows them again. */
export const STEPS = new Map([
  ["/reset/set-then-login", setThenLogin],
  ["/reset/one-time-login", oneTimeLogin],
  ["/reset/generated-password", generatedPassword],
  ["/reset/second-key", secondKey],
  ["/reset/sms-approved", smsApproved],
  ["/reset/new-password", newPassword],
]);

/** Whoever has signed in for this only chooses a new password. */
async function newPassword(): Promise<void> {
  const params = meant(await done(api.GET("/reset/new-password")));
  show(
    "Choose a new password",
    form([NEW_PASSWORD], "Save", async ({ new_password = "" }) =>
      entered(await done(api.POST("/reset/new-password", { params, body: { new_password } })))),
  );
}
