// A client of Flask-Security in JavaScript: fetch with a cookie jar of its own, outside of a browser.
//
// Usage: node cookies.mjs URL EMAIL PASSWORD NEW_PASSWORD

import assert from "node:assert/strict";

const [url, email, password, newPassword] = process.argv.slice(2);

class Client {
  cookies = new Map();
  csrfToken = "";

  async send(method, path, body) {
    // What axios sends: the first type that an answer may have is JSON.
    const headers = { Accept: "application/json, text/plain, */*" };
    if (this.cookies.size) {
      headers.Cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    }
    if (method !== "GET") headers["X-XSRF-TOKEN"] = this.csrfToken;
    if (body) headers["Content-Type"] = "application/json";
    const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body), redirect: "manual" });
    for (const cookie of answer.headers.getSetCookie()) this.keep(cookie);
    const { response } = await answer.json();
    if (response.csrf_token) this.csrfToken = response.csrf_token;
    return { status: answer.status, response };
  }

  keep(cookie) {
    const [pair, ...attributes] = cookie.split(/;\s*/);
    const at = pair.indexOf("=");
    const name = pair.slice(0, at);
    const isGone = attributes.some((it) => /^max-age=0$/i.test(it) || /^expires=.*1970/i.test(it));
    if (isGone) this.cookies.delete(name);
    else this.cookies.set(name, pair.slice(at + 1));
  }

  async get(path) {
    return this.send("GET", path);
  }

  async post(path, body) {
    const { status, response } = await this.send("POST", path, body);
    assert.equal(status, 200, `${path}: ${JSON.stringify(response)}`);
    return response;
  }
}

const client = new Client();
const other = new Client();
for (const it of [client, other]) {
  const form = await it.get("/login");
  assert.ok(form.response.csrf_token);
  assert.equal(form.response.user, undefined);
  await it.post("/login", { email, password, remember: false });
}
// A page that is loaded again asks who is signed in.
assert.ok((await client.get("/login")).response.user);
assert.equal((await client.get("/change")).response.active_password, true);

await client.post("/reset", { email });
await client.post("/change", {
  password,
  new_password: newPassword,
  new_password_confirm: newPassword,
});
assert.equal((await client.get("/change")).status, 200);
assert.equal((await other.get("/change")).status, 401, "the other session outlives the password");

await client.post("/logout", {});
assert.equal((await client.get("/change")).status, 401, "the session outlives signing out");
assert.equal((await client.get("/login")).response.user, undefined);
