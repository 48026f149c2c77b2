// A client of Flask-Security in JavaScript: fetch with an authentication token.
//
// Usage: node token.mjs URL EMAIL PASSWORD NEW_PASSWORD

import assert from "node:assert/strict";

const [url, email, password, newPassword] = process.argv.slice(2);

let authToken = null;

async function api(path, body, token = authToken) {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  if (token) headers["Authentication-Token"] = token;
  const answer = await fetch(url + path, {
    method: body ? "POST" : "GET",
    headers,
    body: body && JSON.stringify(body),
  });
  const { meta, response } = await answer.json();
  assert.equal(meta.code, answer.status);
  return { status: answer.status, ok: answer.ok, response };
}

async function done(path, body, token = authToken) {
  const { ok, status, response } = await api(path, body, token);
  assert.ok(ok, `${path}: ${status} ${JSON.stringify(response)}`);
  return response;
}

const signedIn = await done("/login?include_auth_token", { email, password });
assert.equal(signedIn.tf_required, false);
authToken = signedIn.user.authentication_token;
assert.ok(authToken);

assert.equal((await api("/verify", null, null)).status, 401);
const verify = await done("/verify");
assert.equal(verify.has_webauthn_verify_credential, false);
assert.ok(Array.isArray(verify.oauth_providers));

await done("/reset", { email }, null);
const old = authToken;
const changed = await done("/change?include_auth_token", {
  password,
  new_password: newPassword,
  new_password_confirm: newPassword,
});
authToken = changed.user.authentication_token;
assert.ok(authToken && authToken !== old);
assert.equal((await api("/change", null, old)).status, 401);
assert.equal((await done("/change")).active_password, true);

await done("/logout", {});
authToken = null;
assert.equal((await api("/change")).status, 401);
