import type { SettingsView } from "../settings_view.ts";
import { AddressFields } from "./address_fields.tsx";
import { MaskFields } from "./mask_fields.tsx";
import { Shell, type Visitor } from "./shell.tsx";

const KINDS = [
  ["always", "Always masked", "such as a neighbour's window"],
  ["ignore", "Ignored", "what is found in here stays bare"],
  ["detect", "Detected only here", "what is found elsewhere stays bare"],
] as const;

/** The page on which a camera's zones, masks and address are changed. */
export function SettingsPage(
  { settings, visitor }: { settings: SettingsView; visitor: Visitor },
) {
  const { name } = settings;
  return (
    <Shell
      title={`Settings of ${name} · Bokashi`}
      root="../../"
      visitor={visitor}
      styles={["tile.css", "forms.css", "zones.css"]}
      modules={["settings.js"]}
      skip={{ to: "settings", label: "To the settings" }}
    >
      <main id="settings" class="one settings" tabindex={-1} data-camera={name}>
        <h1 class="place-title">
          <a href={`../${name}`}>{name}</a> <span>settings</span>
        </h1>
        <section class="card zones" aria-labelledby="zones-title">
          <h2 id="zones-title">Zones</h2>
          <div class="picture">
            <video muted autoplay playsinline aria-label={`Live picture of ${name}`} />
            <p class="no-picture" id="no-picture">Waiting for the picture</p>
            <div id="zones" class="overlay" />
          </div>
          <fieldset class="choices kinds">
            <legend>A new area is</legend>
            {KINDS.map(([kind, label, hint], i) => (
              <label>
                <input type="radio" name="kind" value={kind} checked={i === 0} />
                <span>
                  {label} <span class="soft">{hint}</span>
                </span>
              </label>
            ))}
          </fieldset>
          <p class="hint">
            Drag over the picture to draw an area, or add one in its middle. Drag its corners, the
            small dots between them for new corners, and the cross to move it. With the keyboard:
            arrow keys move what has the focus, Shift in small steps; Delete takes a corner or the
            area away. Escape takes back what is being dragged.
          </p>
          <div class="row">
            <button type="button" class="button plain" id="add-zone">Add an area</button>
            <ul class="areas" id="areas" aria-label="Areas" />
          </div>
        </section>
        <div class="side-cards">
          <MaskFields settings={settings} />
          <form class="card form" id="address" aria-labelledby="address-title">
            <h2 id="address-title">Address</h2>
            <AddressFields settings={settings} />
            <label class="check">
              <input type="checkbox" name="enabled" checked={settings.enabled} /> Switched on
            </label>
            <label class="check">
              <input type="checkbox" name="record" checked={settings.record} /> Record
            </label>
            <label class="check">
              <input type="checkbox" name="audio" checked={settings.audio === "keep"} /> With sound
            </label>
            <div class="row">
              <button type="submit" class="button">Save</button>
              <button type="button" class="button plain" id="test">Test</button>
              <button type="button" class="button plain" id="restart">Restart</button>
              <button type="button" class="button danger" id="remove">Remove camera</button>
            </div>
            {!settings.saved && (
              <p class="hint unsaved">
                This camera stands in no configuration file: changes last as long as the service
                runs.
              </p>
            )}
          </form>
          <p class="said" id="said" role="status" />
          <img class="trial" id="trial" alt="First masked picture of the address" hidden />
        </div>
        <dialog id="sure" aria-labelledby="sure-text">
          <form method="dialog">
            <p id="sure-text">Remove the camera {name}? Its viewers lose it at once.</p>
            <div class="row">
              <button type="submit" class="button danger" value="yes">Remove</button>
              <button type="submit" class="button plain" value="no" autofocus>Keep</button>
            </div>
          </form>
        </dialog>
      </main>
    </Shell>
  );
}
