// deno-lint-ignore-file jsx-key -- rendered once, to text: there is nothing to tell apart
import { Shell, type Visitor } from "./shell.tsx";

const OF_PROVIDERS = [
  ["Provider", ""],
  ["Model", ""],
  ["Cameras", "number"],
  ["Detected frames/s", "number"],
  ["Skipped frames/s", "number"],
  ["Network p50 ms", "number"],
  ["Network p95 ms", "number"],
] as const;

const OF_CAMERAS = [
  ["Camera", ""],
  ["Connection", ""],
  ["Camera frames/s", "number"],
  ["Usually", "number"],
  ["Detected", "number"],
  ["Skipped", "number"],
  ["Encoded", "number"],
  ["Delay p50 ms", "number"],
  ["Reconnects", "number"],
  ["Stalls", "number"],
] as const;

/** The page that says where frames are lost: on the way from a camera, or in the network. */
export function ThroughputPage({ visitor }: { visitor: Visitor }) {
  return (
    <Shell
      title="Throughput · Bokashi"
      place="throughput"
      visitor={visitor}
      modules={["throughput.js"]}
      skip={{ to: "throughput", label: "To the numbers" }}
    >
      <main id="throughput" class="one" tabindex={-1}>
        <h1 class="visually-hidden">Throughput</h1>
        <Card id="providers" title="What the network runs on" columns={OF_PROVIDERS}>
          Skipped frames are the sign of a machine that is too slow: they were left out, undetected
          and unseen.
        </Card>
        <Card id="connections" title="Cameras" columns={OF_CAMERAS}>
          Connection: excellent is nine tenths of the usual rate, no reconnect and fewer than five
          stalls in the last hour; fair is half of the rate and two reconnects at most; unusable is
          no picture, or more than ten reconnects; poor is all between.
        </Card>
      </main>
    </Shell>
  );
}

function Card(
  { id, title, columns, children }: {
    id: string;
    title: string;
    columns: readonly (readonly [string, string])[];
    children: string;
  },
) {
  return (
    <section class="card" aria-labelledby={`${id}-title`} tabindex={0}>
      <h2 id={`${id}-title`}>{title}</h2>
      <p class="hint">{children}</p>
      <table class="list stacked cells">
        <thead>
          <tr>{columns.map(([label, kind]) => <th scope="col" class={kind}>{label}</th>)}</tr>
        </thead>
        <tbody id={id} />
      </table>
    </section>
  );
}
