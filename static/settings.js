// @ts-check
import { ask, cameraPath } from "./api.js";
import { byId } from "./dom.js";
import { maskOf, showMask } from "./mask_form.js";
import { Player } from "./player.js";
import { offerTrial, say } from "./trial.js";
import { restUnseen, watchPage } from "./watch_page.js";
import { KIND_WORDS, ZoneEditor } from "./zones.js";

const SAVE_AFTER_MS = 250;

const name = byId("settings").dataset.camera ?? "";
const path = `${cameraPath(name)}/settings`;
const maskForm = /** @type {HTMLFormElement} */ (byId("mask"));
const addressForm = /** @type {HTMLFormElement} */ (byId("address"));
const video = /** @type {HTMLVideoElement} */ (byId("settings").querySelector("video"));
const picture = /** @type {HTMLElement} */ (video.parentElement);

/** Changes are sent one after the other: the last one wins. */
let sending = Promise.resolve();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** What is to be sent. @type {Record<string, unknown>} */
let waiting = {};

/** Changes settings in a moment, together with what else changes until then. */
function change(/** @type {Record<string, unknown>} */ patch) {
  Object.assign(waiting, patch);
  clearTimeout(timer);
  timer = setTimeout(() => {
    const body = waiting;
    waiting = {};
    sending = sending.then(() => ask("PATCH", path, body)).then(() => say("Saved."), say);
  }, SAVE_AFTER_MS);
}

const canvas = byId("zones");
const addZone = /** @type {HTMLButtonElement} */ (byId("add-zone"));
// What is drawn before the areas that there are have come would be saved in their place.
canvas.inert = addZone.disabled = true;

const editor = new ZoneEditor(canvas, (done) => {
  if (done) {
    listAreas();
    change({ zones: editor.zones });
  }
});

function listAreas() {
  byId("areas").replaceChildren(...editor.areas.map(({ kind }, index) => {
    const item = document.createElement("li");
    const choose = document.createElement("button");
    choose.type = "button";
    choose.className = `button plain ${kind}`;
    choose.textContent = `${index + 1} ${KIND_WORDS[kind]}`;
    choose.setAttribute("aria-pressed", String(index === editor.chosen));
    choose.addEventListener("click", () => {
      editor.choose(index);
      listAreas();
      editor.focus();
    });
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "button plain";
    remove.textContent = "Delete";
    remove.setAttribute("aria-label", `Delete area ${index + 1}`);
    remove.addEventListener("click", () => {
      editor.remove(index);
      addZone.focus();
    });
    item.append(choose, remove);
    return item;
  }));
}

addZone.addEventListener("click", () => {
  editor.add();
  editor.focus();
});
for (const radio of document.querySelectorAll("input[name=kind]")) {
  radio.addEventListener("change", () => {
    editor.kind =
      /** @type {import("./zones.js").Kind} */ (/** @type {HTMLInputElement} */ (radio).value);
  });
}

maskForm.addEventListener("input", (event) => {
  showMask(maskForm);
  const { name: field } = /** @type {HTMLInputElement} */ (event.target);
  if (field === "lookAhead") return;
  const mask = maskOf(maskForm);
  if (mask.classes.length === 0) return say(new Error("Something must be masked: plates or cars."));
  change({ mask });
});
// It opens the camera anew: only once the slider is let go.
maskForm.addEventListener("change", (event) => {
  const { name: field, value } = /** @type {HTMLInputElement} */ (event.target);
  if (field === "lookAhead") change({ lookAhead: Number(value) });
});
maskForm.addEventListener("submit", (event) => event.preventDefault());

/** The address form as the API takes it. */
function address() {
  const data = new FormData(addressForm);
  return { source: String(data.get("source")).trim(), transport: String(data.get("transport")) };
}

addressForm.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const data = new FormData(addressForm);
    const [enabled, record] = [data.has("enabled"), data.has("record")];
    const audio = data.has("audio") ? "keep" : "drop";
    const settings = await ask("PATCH", path, { ...address(), enabled, record, audio });
    /** @type {HTMLInputElement} */ (addressForm.elements.namedItem("source")).value =
      settings.source;
    say("Saved.");
  } catch (error) {
    say(error);
  }
});
offerTrial(() =>
  addressForm.reportValidity()
    ? { ...address(), mask: maskOf(maskForm), zones: editor.zones }
    : null
);

byId("restart").addEventListener("click", async () => {
  try {
    await ask("POST", `${cameraPath(name)}/restart`);
    say("The camera is opened anew.");
  } catch (error) {
    say(error);
  }
});

const sure = /** @type {HTMLDialogElement} */ (byId("sure"));
byId("remove").addEventListener("click", () => {
  sure.returnValue = "";
  sure.showModal();
});
sure.addEventListener("close", async () => {
  if (sure.returnValue !== "yes") return;
  try {
    await ask("DELETE", cameraPath(name));
    location.assign(new URL("../", import.meta.url));
  } catch (error) {
    say(error);
  }
});

const player = new Player(video, new URL(`../${cameraPath(name)}`, import.meta.url).href, (via) => {
  if (via !== null) byId("no-picture").hidden = true;
});
player.start();
restUnseen(() => player.stop(), () => player.start());
watchPage({
  onCameras(statuses) {
    const status = statuses.find((each) => each.name === name);
    if (status?.width && status.height) {
      // The areas must lie on the picture exactly.
      picture.style.setProperty("--ratio", `${status.width} / ${status.height}`);
    }
  },
  onFound: () => player.tryNow(),
});

try {
  const { zones } = await ask("GET", path);
  editor.zones = zones;
  listAreas();
  canvas.inert = addZone.disabled = false;
} catch (error) {
  say(error);
}
