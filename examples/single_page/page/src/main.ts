// All screens of the page.
import { factors, home, sessions } from "./account.js";
import { byLink, changeAddress, confirm, register, signIn } from "./entering.js";
import { forgot, opened, STEPS } from "./resetting.js";
import { start } from "./route.js";

start({
  paths: new Map([
    ["/", home],
    ["/sign-in", signIn],
    ["/register", register],
    ["/reset", forgot],
    ["/sessions", sessions],
    ["/factors", factors],
    ...STEPS,
  ]),
  keys: new Map([
    ["reset", opened],
    ["confirm", confirm],
    ["email", changeAddress],
    ["sign_in", byLink],
  ]),
});
