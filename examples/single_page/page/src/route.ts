// Which screen an address means.
import { factors, home, sessions } from "./account.js";
import { byLink, changeAddress, confirm, register, signIn } from "./entering.js";
import { Refused } from "./api.js";
import { link, paragraph, show } from "./page.js";
import { forgot, opened } from "./resetting.js";

const SCREENS = new Map([
  ["/", home],
  ["/sign-in", signIn],
  ["/register", register],
  ["/reset", forgot],
  ["/sessions", sessions],
  ["/factors", factors],
]);

/** What the keys of mailed links are for, by the name before them in the fragment. */
const KEYS = new Map([
  ["reset", opened],
  ["confirm", confirm],
  ["email", changeAddress],
  ["sign_in", byLink],
]);

/** Shows the screen of an address of this page. */
export async function go(path: string): Promise<void> {
  if (path !== location.pathname) history.pushState(null, "", path);
  await arrive();
}

/** Shows the screen of the address in the browser. A key leaves the address before it is used. */
export async function arrive(): Promise<void> {
  const [name = "", key = ""] = location.hash.slice(1).split("=");
  const take = KEYS.get(name);
  if (take) history.replaceState(null, "", location.pathname);
  try {
    await (take ? take(key) : (SCREENS.get(location.pathname) ?? home)());
  } catch (error) {
    if (error instanceof Refused && error.has("UNAUTHENTICATED")) return signIn();
    const text = error instanceof Error ? error.message : String(error);
    show("That did not work", paragraph(text), link("Start again", "/"));
  }
}
