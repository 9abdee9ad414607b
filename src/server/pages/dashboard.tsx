import type { CameraStatus } from "../../pipeline/status.ts";
import { CameraTile } from "./camera_tile.tsx";
import { Icon } from "./icons.tsx";
import { Layout } from "./layout.tsx";
import { Mark } from "./mark.tsx";

/** The page of all cameras. */
export function Dashboard(props: { statuses: CameraStatus[]; version: string }) {
  const { statuses, version } = props;
  return (
    <Layout
      title="Bokashi"
      early={["theme.js"]}
      styles={["vendor/uplot.css", "dashboard.css", "tile.css"]}
      scripts={["vendor/uplot.js"]}
      modules={["dashboard.js"]}
    >
      <a class="skip" href="#cameras">To the cameras</a>
      <header class="top">
        <h1>
          <Mark />
          Bokashi
        </h1>
        <p class="summary" id="summary">
          {statuses.length > 0 &&
            `${statuses.filter(({ state }) => state === "live").length} of ${statuses.length} live`}
        </p>
        <div class="controls">
          <button type="button" id="wall" aria-pressed="false" title="Pictures only (W)">
            <Icon name="wall" />
            <span class="label">Wall</span>
          </button>
          <button type="button" id="theme" title="Light, dark or as the system">
            <Icon name="theme" />
            <span class="label" id="theme-name">System</span>
          </button>
        </div>
      </header>
      <p class="banner" id="lost" role="alert" hidden>
        <Icon name="alert" />
        <span id="lost-text" />
      </p>
      <p class="visually-hidden" id="announce" role="status" aria-live="polite" />
      <noscript>
        <p class="banner">Pictures and numbers need JavaScript, which is switched off here.</p>
      </noscript>
      <main id="cameras" class="cameras" tabindex={-1} aria-label="Cameras">
        {statuses.map((status) => <CameraTile key={status.name} status={status} />)}
      </main>
      <section id="empty" class="empty" hidden={statuses.length > 0}>
        <Mark />
        <h2>No camera yet</h2>
        <p>Give Bokashi the address of one, and its picture shows up here:</p>
        <pre><code>bokashi serve gate=rtsp://user:password@camera.local/stream</code></pre>
        <p>Without an address it plays its demo clip.</p>
      </section>
      <template id="tile">
        <CameraTile />
      </template>
      <footer class="bottom">
        Bokashi {version} · every picture is masked before it leaves the process
      </footer>
    </Layout>
  );
}
