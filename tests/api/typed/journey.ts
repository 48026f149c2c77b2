// The journey of tests/api/typed.py by a client in TypeScript, whose types are made of the description:
// node journey.js SITE EMAIL PASSWORD NEXT_PASSWORD
import { createHmac } from "node:crypto";
import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

const [site = "", email = "", password = "", next = ""] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl: site, headers: { Accept: "application/json" } });
let token: string | undefined;
client.use({
  onRequest({ request }) {
    if (token) request.headers.set("Authentication-Token", token);
    return request;
  },
});

function done<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.data === undefined) throw new Error(`${answer.response.url}: ${JSON.stringify(answer.error)}`);
  return answer.data;
}

async function signIn(secret: string) {
  token = undefined;
  const query = { include_auth_token: "1" };
  const said = done(await client.POST("/login", { params: { query }, body: { email, password: secret } })).response;
  token = said.user?.authentication_token ?? said.tf_token;
  return said;
}

// The key of the newest link to reset the password.
async function mailed(): Promise<string> {
  for (let tries = 0; tries < 50; tries += 1) {
    const answer = await fetch(`${site}/dev/mailbox`, { headers: { Accept: "application/json" } });
    const { response } = (await answer.json()) as { response: { messages: { to: string; text: string }[] } };
    const found = response.messages.filter((it) => it.to === email).map((it) => /\/reset\/([\w-]{43})$/m.exec(it.text)?.[1]);
    const key = found.find((it) => it !== undefined);
    if (key) return key;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("no message has a link");
}

// The code of an authenticator app (RFC 6238) so many steps from now: one step either way is good.
function code(secret: string, from: number): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + from));
  const digest = createHmac("sha1", key).update(step).digest();
  const at = digest[19]! & 0xf;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

await signIn(password);
const account = done(await client.GET("/account")).response;
if (account.email !== email) throw new Error(`signed in as ${account.email}`);

token = undefined;
done(await client.POST("/reset", { body: { email } }));
done(await client.POST("/reset/{key}", { params: { path: { key: await mailed() } }, body: { new_password: next } }));
await signIn(next);

const begun = done(await client.POST("/tf-setup", { body: { setup: "authenticator" } })).response;
const secret = begun.tf_authr_b32key ?? "";
const state = begun.tf_state_token ?? "";
done(await client.POST("/tf-setup/{rest}", { params: { path: { rest: state } }, body: { code: code(secret, 0) } }));

const owed = await signIn(next);
if (!owed.tf_required) throw new Error("no second factor is owed");
const query = { include_auth_token: "1" };
const entered = done(await client.POST("/tf-validate", { params: { query }, body: { code: code(secret, 1) } })).response;
token = entered.user?.authentication_token;
const factors = done(await client.GET("/account/factors")).response;
console.log(`signed in, reset, and added ${factors.active_methods?.join(", ")}`);
