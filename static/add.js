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

offerTrial(() =>
  /** @type {HTMLInputElement} */ (form.elements.namedItem("source")).reportValidity()
    ? entry()
    : null
);
watchPage({ onCameras() {} });
