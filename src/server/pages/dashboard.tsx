import type { CameraStatus } from "../../pipeline/status.ts";
import { CameraTile } from "./camera_tile.tsx";
import { Icon } from "./icons.tsx";
import { Mark } from "./mark.tsx";
import { Shell, type Visitor } from "./shell.tsx";

/** The page of all cameras. */
export function Dashboard(
  { statuses, visitor }: { statuses: CameraStatus[]; visitor: Visitor },
) {
  const live = statuses.filter(({ state }) => state === "live").length;
  return (
    <Shell
      title="Bokashi"
      place="./"
      visitor={visitor}
      styles={["vendor/uplot.css", "tile.css"]}
      scripts={["vendor/uplot.js"]}
      modules={["dashboard.js"]}
      summary={statuses.length > 0 && `${live} of ${statuses.length} live`}
      controls={
        <button type="button" id="wall" aria-pressed="false" title="Pictures only (W)">
          <Icon name="wall" />
          <span class="label">Wall</span>
        </button>
      }
      skip={{ to: "cameras", label: "To the cameras" }}
    >
      <main id="cameras" class="cameras" tabindex={-1} aria-label="Cameras">
        <h1 class="visually-hidden">Cameras</h1>
        {statuses.map((status) => <CameraTile key={status.name} status={status} />)}
      </main>
      <section id="empty" class="empty" hidden={statuses.length > 0}>
        <Mark />
        <h2>No camera yet</h2>
        {visitor.mayChange
          ? (
            <>
              <p>
                <a href="add">Add one here</a>, or give Bokashi its address when you start it:
              </p>
              <pre
                tabindex={0}
              ><code>./scripts/bokashi serve gate=rtsp://user:password@camera.local/stream</code></pre>
              <p>Without an address it plays its demo clip.</p>
            </>
          )
          : <p>Whoever runs this service can add one. It will show here by itself.</p>}
      </section>
      <template id="tile">
        <CameraTile />
      </template>
    </Shell>
  );
}
