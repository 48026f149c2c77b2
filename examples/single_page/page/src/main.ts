// Starts the page: links lead to screens without loading anything.
import { arrive, go } from "./route.js";

document.addEventListener("click", (event) => {
  const to = (event.target as Element).closest("a");
  const isOurs = to && to.origin === location.origin && !to.pathname.startsWith("/auth/");
  if (!isOurs || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  void go(to.pathname);
});
addEventListener("popstate", () => void arrive());
addEventListener("hashchange", () => void arrive());
void arrive();
