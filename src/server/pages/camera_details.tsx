import { Icon } from "./icons.tsx";

const STAGES = [
  ["captureToMasked", "Capture to masked"],
  ["inference", "of which the network"],
  ["maskedToEncoded", "Masked to encoded"],
  ["endToEnd", "End to end"],
] as const;

const FACTS = [
  ["size", "Size"],
  ["provider", "Runs on"],
  ["model", "Model"],
  ["profile", "Detector sees"],
  ["skipped", "Skipped"],
  ["sourceDelay", "Source late by"],
  ["decoder", "Decoder"],
  ["encoder", "Encoder"],
  ["lookAhead", "Look-ahead"],
  ["guard", "Picture"],
  ["predictedTotal", "Held masks"],
  ["watching", "Viewers"],
  ["lastError", "Last error"],
] as const;

const HINTS: Partial<Record<typeof FACTS[number][0], string>> = {
  predictedTotal:
    "Masks held where a plate is expected while the detector misses it: since the start, and the share of the last ten seconds' frames",
  skipped: "Frames left out, undetected and unseen, because the machine is too slow",
  sourceDelay:
    "How much later the newest picture came than the quickest one: a network that stalls, or a machine that cannot decode in time",
  lookAhead: "Frames by which the picture is delayed, so that a plate found late is hidden before",
};

/** The part of a camera's tile that is folded away: latency by stage, what is in use, addresses. */
export function CameraDetails({ path, open }: { path: string; open: boolean }) {
  return (
    <details class="details" open={open}>
      <summary>Details</summary>
      <div class="details-body">
        <table>
          <caption>Delay in milliseconds</caption>
          <thead>
            <tr>
              <th scope="col">Stage</th>
              <th scope="col">
                <abbr title="half of the frames take less">p50</abbr>
              </th>
              <th scope="col">
                <abbr title="95 of 100 frames take less">p95</abbr>
              </th>
            </tr>
          </thead>
          <tbody>
            {STAGES.map(([stage, label]) => (
              <tr class={`stage-${stage}`}>
                <th scope="row">{label}</th>
                <td data-field={`${stage}P50`}>–</td>
                <td data-field={`${stage}P95`}>–</td>
              </tr>
            ))}
          </tbody>
        </table>
        <dl class="pairs">
          {FACTS.map(([field, label]) => (
            <div>
              <dt>{label}</dt>
              <dd data-field={field} title={HINTS[field]}>–</dd>
            </div>
          ))}
        </dl>
        <p class="links">
          <a data-field="hlsLink" href={`${path}/hls/index.m3u8`}>HLS address</a>
          <button type="button" class="quiet" data-action="copy">
            <Icon name="copy" />
            <span data-field="copyText">Copy it</span>
          </button>
          <a data-field="snapshotLink" href={`${path}/snapshot.jpg`} target="_blank" rel="noopener">
            <Icon name="snapshot" /> Snapshot
          </a>
          {open && <a href={`../recordings?camera=${path.split("/").at(-1)}`}>Recordings</a>}
        </p>
      </div>
    </details>
  );
}
