import type { CameraStatus } from "../../pipeline/status.ts";
import { CameraTile } from "./camera_tile.tsx";
import { Shell, type Visitor } from "./shell.tsx";

/** The page of one camera: its picture, its last half hour, and what happened to it. */
export function CameraPage(
  { status, visitor }: { status: CameraStatus; visitor: Visitor },
) {
  const { name } = status;
  return (
    <Shell
      title={`${name} · Bokashi`}
      root="../"
      visitor={visitor}
      styles={["vendor/uplot.css", "tile.css", "log.css"]}
      scripts={["vendor/uplot.js"]}
      modules={["camera_page.js"]}
      controls={visitor.mayChange && <a class="button" href={`${name}/settings`}>Settings</a>}
      skip={{ to: "camera", label: "To the camera" }}
    >
      <main id="camera" class="one" tabindex={-1}>
        <h1 class="visually-hidden">Camera {name}</h1>
        <div class="cameras" data-count="1">
          <CameraTile status={status} page />
        </div>
        <section class="card" aria-labelledby="journal-title">
          <h2 id="journal-title">What happened</h2>
          <p class="hint" id="connection" />
          <table class="list stacked">
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col">What</th>
                <th scope="col">Why</th>
              </tr>
            </thead>
            <tbody id="journal" />
          </table>
        </section>
        {visitor.mayChange && (
          <section class="card" aria-labelledby="log-title">
            <div class="log-head">
              <h2 id="log-title">Log</h2>
              <label>
                Show{" "}
                <select id="log-level">
                  <option value="debug">everything</option>
                  <option value="info" selected>information and worse</option>
                  <option value="warn">warnings and errors</option>
                  <option value="error">errors</option>
                </select>
              </label>
            </div>
            <p class="hint" id="log-empty">Nothing yet.</p>
            <ol class="log" id="log" tabindex={0} aria-labelledby="log-title" />
          </section>
        )}
      </main>
    </Shell>
  );
}
