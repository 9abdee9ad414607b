// @ts-check
import { ask } from "./api.js";
import { byId } from "./dom.js";
import { offerTrial, say } from "./trial.js";
import { watchPage } from "./watch_page.js";

const form = /** @type {HTMLFormElement} */ (byId("add"));

/** What the form says, as the API takes it. */
function entry() {
  const data = new FormData(form);
  return { source: String(data.get("source")).trim(), transport: String(data.get("transport")) };
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = String(new FormData(form).get("name"));
  try {
    await ask("POST", "cameras", { name, ...entry() });
    location.assign(new URL(`../cameras/${name}/settings`, import.meta.url));
  } catch (error) {
    say(error);
  }
});

for (const button of document.querySelectorAll("[data-address]")) {
  button.addEventListener("click", () => {
    const source = /** @type {HTMLInputElement} */ (form.elements.namedItem("source"));
    source.value = /** @type {HTMLElement} */ (button).dataset.address ?? "";
    source.focus();
    // What is to be filled in comes next.
    const begin = source.value.search(/user:password|KEY|\d+\.\d+\.\d+\.\d+/);
    const { length } =
      /user:password|KEY|[\d.]*/.exec(source.value.slice(Math.max(0, begin)))?.[0] ?? "";
    if (begin >= 0) source.setSelectionRange(begin, begin + length);
  });
}

offerTrial(() =>
  /** @type {HTMLInputElement} */ (form.elements.namedItem("source")).reportValidity()
    ? entry()
    : null
);
watchPage({ onCameras() {} });
