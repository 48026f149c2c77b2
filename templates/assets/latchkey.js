// A button in each password field that shows what was typed; without this script everything else works.
for (const secret of document.querySelectorAll(".secret")) {
  const input = secret.querySelector("input");
  const button = document.createElement("button");
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    button.textContent = shown ? secret.dataset.hide : secret.dataset.show;
    button.setAttribute("aria-pressed", String(shown));
  };
  button.type = "button";
  button.className = "reveal";
  button.setAttribute("aria-controls", input.id);
  button.addEventListener("click", () => show(input.type === "password"));
  // Sent as a password again, or browsers remember it among the ordinary texts.
  input.form.addEventListener("submit", () => show(false));
  show(false);
  secret.append(button);
}
// A second click sends nothing: the first is under way. Whoever comes back may send again.
const ours = document.querySelector(".latchkey") ?? document;
for (const form of ours.querySelectorAll("form")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => delete form.dataset.sent);
}
// The browser answers what a form asks of a passkey; what it refuses, the site explains.
for (const field of document.querySelectorAll("[data-passkey]")) {
  const form = field.form;
  form.addEventListener("submit", async (event) => {
    const { create, get } = JSON.parse(field.dataset.passkey);
    const parse = create ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
    if (event.defaultPrevented || !window.PublicKeyCredential?.[parse]) return;
    event.preventDefault();
    try {
      const publicKey = PublicKeyCredential[parse](create ?? get);
      const found = await navigator.credentials[create ? "create" : "get"]({ publicKey });
      field.value = JSON.stringify(found);
    } catch {
      field.value = "";
    }
    form.submit();
  });
  if (form.dataset.now !== undefined) form.requestSubmit();
}
// Browsers offer a passkey beside the addresses that they remember: the question is that of the page for passkeys alone.
const passkeys = document.querySelector("a[data-passkeys]");
const offer = async () => {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable())) return;
  const page = new DOMParser().parseFromString(await (await fetch(passkeys.href)).text(), "text/html");
  const form = document.adoptNode(page.querySelector("[data-passkey]").form);
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(form.answer.dataset.passkey).get);
  // A question is good for five minutes.
  const signal = AbortSignal.timeout(4 * 60 * 1000);
  const found = await navigator.credentials.get({ publicKey, mediation: "conditional", signal });
  form.answer.value = JSON.stringify(found);
  form.hidden = true;
  document.body.append(form);
  form.submit();
};
const again = (why) => why?.name === "TimeoutError" && offer().catch(again);
if (passkeys && window.PublicKeyCredential?.isConditionalMediationAvailable) offer().catch(again);
// A page that will soon be of no use says so in time.
for (const note of document.querySelectorAll("[data-ends]")) {
  const left = note.dataset.ends - note.dataset.warn;
  setTimeout(() => (note.hidden = false), Math.max(0, left) * 1000);
}
