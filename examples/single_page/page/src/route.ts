// Which screen an address means.
import { abandon, Refused } from "./api.js";
import { link, paragraph, sentence, show } from "./page.js";

export type Screen = () => Promise<void>;

/** The screens by path, of which that of / stands in for unknown ones, and those that take a key, by the name before it in the fragment. */
export interface Screens {
  paths: Map<string, Screen>;
  keys: Map<string, (key: string) => Promise<void>>;
}

let screens: Screens = { paths: new Map(), keys: new Map() };

/** Shows the screen of the present address, and from now on of those that links and the Back button lead to. */
export function start(known: Screens): void {
  screens = known;
  document.addEventListener("click", (event) => {
    const to = (event.target as Element).closest("a");
    const isOurs = to && to.origin === location.origin && !to.pathname.startsWith("/auth/");
    if (!isOurs || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void go(to.pathname);
  });
  addEventListener("popstate", () => void arrive());
  void arrive();
}

/** Shows the screen of a path. */
export async function go(path: string): Promise<void> {
  if (path !== location.pathname) history.pushState(null, "", path);
  await arrive();
}

/** Goes on where Latchkey would send a browser: to the screen with the same path, or to its own page. */
export async function follow(place = ""): Promise<void> {
  const path = place.replace(/^\/auth/, "");
  if (screens.paths.has(path)) await go(path);
  else location.assign(place);
}

async function arrive(): Promise<void> {
  abandon();
  try {
    const [, name = "", key = ""] = /^#(\w+)=([\w-]+)$/.exec(location.hash) ?? [];
    const take = screens.keys.get(name);
    // The key leaves the address before it is used.
    if (take) history.replaceState(null, "", location.origin + location.pathname);
    const screen = screens.paths.get(location.pathname) ?? screens.paths.get("/");
    await (take ? take(key) : screen?.());
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return;
    if (error instanceof Refused && error.has("UNAUTHENTICATED")) return go("/sign-in");
    if (error instanceof Refused && error.has("WRONG_ORDER")) return follow(error.refusal.location);
    show("That did not work", paragraph(sentence(error)), link("Start again", "/"));
  }
}
