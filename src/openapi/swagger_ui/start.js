// Shows the description that the page names, dark where the browser is.
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();
SwaggerUIBundle({ url: document.querySelector("[data-document]").dataset.document, dom_id: "#interface" });
