// A client of Flask-Security in JavaScript that shows every error at its input, and the others above the form.
//
// Usage: node errors.mjs URL EMAIL PASSWORD NEW_PASSWORD

import assert from "node:assert/strict";

const [url, email, password, newPassword] = process.argv.slice(2);

let authToken;

/** A form as the page has it: it knows its inputs, and sends their values. */
class Form {
  constructor(action, inputs) {
    this.action = action;
    this.inputs = inputs;
  }

  async submit(values) {
    const headers = { "Content-Type": "application/json", Accept: "application/json" };
    if (authToken) headers["Authentication-Token"] = authToken;
    const answer = await fetch(url + this.action, { method: "POST", headers, body: JSON.stringify(values) });
    const { response } = await answer.json();
    this.status = answer.status;
    this.response = response;
    this.shown = {};
    for (const [field, messages] of Object.entries(response.field_errors ?? {})) {
      // Errors of the whole form stand under the empty name.
      assert.ok(field === "" || this.inputs.includes(field), `${this.action}: no input "${field}" for: ${messages}`);
      assert.ok(messages.every((it) => typeof it === "string" && it), JSON.stringify(response));
      this.shown[field] = messages;
    }
    if (answer.ok) return response;
    assert.ok(Array.isArray(response.errors) && response.errors.length, JSON.stringify(response));
    if (!response.field_errors) this.shown[""] = response.errors;
    assert.deepEqual(Object.values(this.shown).flat().sort(), [...response.errors].sort());
    return null;
  }

  /** Checks that it was refused, with a message at one of these inputs. */
  refused(status, ...fields) {
    assert.equal(this.status, status, JSON.stringify(this.response));
    const at = Object.keys(this.shown);
    assert.ok(at.some((it) => fields.includes(it)), `${this.action}: errors at ${at}, not at ${fields}`);
  }
}

const login = new Form("/login?include_auth_token", ["email", "password", "remember"]);
await login.submit({});
login.refused(400, "password");
await login.submit({ email, password: `not-${password}` });
login.refused(400, "email", "password", "");
await login.submit({ email: "nobody@example.com", password });
login.refused(400, "email", "password", "");

const reset = new Form("/reset", ["email"]);
await reset.submit({});
reset.refused(400, "email");
assert.ok(await reset.submit({ email }));

const change = new Form("/change?include_auth_token", ["password", "new_password", "new_password_confirm"]);
await change.submit({ password, new_password: newPassword, new_password_confirm: newPassword });
change.refused(401, "");

authToken = (await login.submit({ email, password })).user.authentication_token;
await change.submit({});
change.refused(400, "new_password");
await change.submit({ password: `not-${password}`, new_password: newPassword, new_password_confirm: newPassword });
change.refused(400, "password");
await change.submit({ password, new_password: "short", new_password_confirm: "short" });
change.refused(400, "new_password");
await change.submit({ password, new_password: newPassword, new_password_confirm: `not-${newPassword}` });
change.refused(400, "new_password_confirm");

const verify = new Form("/verify", ["password"]);
await verify.submit({});
verify.refused(400, "password");
await verify.submit({ password: `not-${password}` });
verify.refused(400, "password");
assert.ok(await verify.submit({ password }));

const old = authToken;
const changed = await change.submit({ password, new_password: newPassword, new_password_confirm: newPassword });
authToken = changed.user.authentication_token;
assert.ok(await new Form("/logout", []).submit({}));
authToken = old;
assert.equal(await verify.submit({ password: newPassword }), null);
verify.refused(401, "");
