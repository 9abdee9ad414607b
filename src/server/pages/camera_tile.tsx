// deno-lint-ignore-file jsx-key -- rendered once, to text: there is nothing to tell apart
import type { CameraStatus } from "../../pipeline/status.ts";
import { CameraDetails } from "./camera_details.tsx";
import { Icon } from "./icons.tsx";

/** States of the guard, as the strip below the chart of a camera's own page shows them. */
const GUARD = [
  ["covered", "covered"],
  ["guarded", "masks held"],
  ["live", "all seen"],
] as const;

/**
 * One camera on the dashboard, or on the page of its own. `static/tile.js` fills what has a `data-field`, once a second.
 *
 * Without a status it is the form for cameras that appear while the page is open.
 */
export function CameraTile({ status, page = false }: { status?: CameraStatus; page?: boolean }) {
  const name = status?.name ?? "";
  const path = `cameras/${encodeURIComponent(name)}`;
  return (
    <article
      class="tile"
      data-camera={name}
      data-state={status?.state ?? "connecting"}
      data-guard={status?.guard.state ?? "covered"}
      aria-label={`Camera ${name}`}
    >
      <figure class="picture">
        <video muted autoplay playsinline aria-label={`Live picture of ${name}`} />
        <div class="veil" data-field="veil">
          <p data-field="veilText">Waiting for the first picture</p>
        </div>
        <div class="over over-top">
          <span class="pill">
            <span class="dot" />
            <span data-field="state">{status?.state ?? "connecting"}</span>
          </span>
          <span class="pill risks" data-field="risks" hidden />
          <span class="pill via" data-field="via" hidden />
        </div>
        <figcaption class="over over-bottom">
          <span class="caption">
            <strong data-field="caption">{name}</strong>
            <span data-field="captionNumbers" />
          </span>
          <button type="button" class="glass" data-action="fullscreen" title="Full screen">
            <Icon name="fullscreen" />
            <span class="visually-hidden">Full screen</span>
          </button>
        </figcaption>
      </figure>
      <div class="panel">
        <div class="panel-body">
          <div class="side">
            <div class="title">
              <h2>
                {page
                  ? <span data-field="name">{name}</span>
                  : <a data-field="name" href={status && path}>{name}</a>}
              </h2>
              <p class="source" data-field="source" title={status?.source}>{status?.source}</p>
            </div>
            <p class="trouble" data-field="trouble" hidden />
            <dl class="figures">
              <Figure field="fps" label="Frames/s" hint="Frames detected and masked per second" />
              <Figure field="plates" label="Plates" hint="Plates hidden in the newest frame" />
              <Figure field="cars" label="Cars" hint="Cars seen in the newest frame" />
              <Figure
                field="delay"
                label="Delay"
                unit="ms"
                hint="Half of the frames take less than this from camera to encoded picture"
              />
            </dl>
            <ul class="facts" aria-label="In use">
              <li data-field="engine" />
              <li data-field="viewers" />
              <li data-field="tracks" />
              <li data-field="dropped" title="Frames left out because the machine was late" />
              <li
                data-field="covered"
                title="Frames covered as a whole because no detection was there"
              />
            </ul>
            <CameraDetails path={page ? `../${path}` : path} open={page} />
          </div>
          <div class="chart">
            <div class="plot" data-field="plot" role="img" aria-label="No history yet" />
            {page && <canvas class="strip" height="10" aria-hidden="true" />}
            <p class="legend" aria-hidden="true">
              <span class="key key-fps">
                frames/s <b data-field="keyFps" />
              </span>
              <span class="key key-plates">
                plates <b data-field="keyPlates" />
              </span>
              <span class="key key-cars">
                cars <b data-field="keyCars" />
              </span>
              {page &&
                GUARD.map(([state, word]) => <span class={`key key-${state}`}>{word}</span>)}
              <span class="when" data-field="keyWhen" />
            </p>
          </div>
        </div>
      </div>
    </article>
  );
}

function Figure(
  { field, label, hint, unit }: { field: string; label: string; hint: string; unit?: string },
) {
  return (
    <div class="figure" title={hint}>
      <dt>{label}</dt>
      <dd>
        <span class="big">
          <span data-field={field}>–</span>
          {unit && <span class="unit" data-field={`${field}Unit`} hidden>{unit}</span>}
        </span>
        <span class="small" data-field={`${field}Note`} />
      </dd>
    </div>
  );
}
