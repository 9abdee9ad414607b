import { Shell, type Visitor } from "./shell.tsx";

/** The page of what has been recorded, masked as it was seen. */
export function RecordingsPage({ names, visitor }: { names: string[]; visitor: Visitor }) {
  return (
    <Shell
      title="Recordings · Bokashi"
      place="recordings"
      visitor={visitor}
      styles={["tile.css", "forms.css", "recordings.css"]}
      modules={["recordings.js"]}
      skip={{ to: "recordings", label: "To the recordings" }}
    >
      <main id="recordings" class="one" tabindex={-1}>
        <h1 class="visually-hidden">Recordings</h1>
        <section class="card">
          <label class="field pick">
            Camera
            <select id="camera">
              {names.map((name) => <option key={name}>{name}</option>)}
            </select>
          </label>
          <p class="said" id="said" role="status" />
          <video id="playback" class="playback" controls playsinline hidden />
          <table class="list" id="list" hidden>
            <thead>
              <tr>
                <th scope="col">Begins</th>
                <th scope="col" class="number">Minutes</th>
                <th scope="col" class="number">MB</th>
                <th scope="col">
                  <span class="visually-hidden">Play or download</span>
                </th>
              </tr>
            </thead>
            <tbody id="rows" />
          </table>
        </section>
      </main>
    </Shell>
  );
}
