import { AddressFields } from "./address_fields.tsx";
import { Shell, type Visitor } from "./shell.tsx";

/** What an address looks like, by maker: docs/cameras.md has more, and where it is from. */
const EXAMPLES = [
  ["Hikvision", "rtsp://user:password@192.168.1.20:554/Streaming/Channels/101"],
  ["Dahua, Amcrest", "rtsp://user:password@192.168.1.20:554/cam/realmonitor?channel=1&subtype=0"],
  ["Axis", "rtsp://user:password@192.168.1.20/axis-media/media.amp"],
  ["Reolink", "rtsp://user:password@192.168.1.20:554/h264Preview_01_main"],
  ["TP-Link Tapo", "rtsp://user:password@192.168.1.20:554/stream1"],
  ["UniFi Protect", "rtsps://192.168.1.1:7441/KEY"],
  ["Foscam", "rtsp://user:password@192.168.1.20:554/videoMain"],
  ["ESP32-CAM", "http://192.168.1.20:81/stream"],
  ["A webcam here", "/dev/video0"],
] as const;

/** The page on which a camera is added. */
export function AddPage({ visitor }: { visitor: Visitor }) {
  return (
    <Shell
      title="Add a camera · Bokashi"
      place="add"
      visitor={visitor}
      styles={["forms.css"]}
      modules={["add.js"]}
      skip={{ to: "form", label: "To the form" }}
    >
      <main class="one add" id="form" tabindex={-1}>
        <h1 class="place-title">Add a camera</h1>
        <form class="card form" id="add">
          <label class="field">
            Name
            <input
              name="name"
              required
              autocomplete="off"
              maxlength={63}
              pattern="[A-Za-z0-9][A-Za-z0-9_\-]*"
              aria-describedby="name-hint"
            />
          </label>
          <p class="hint" id="name-hint">
            It stands in the addresses of the streams: letters, digits, - and _.
          </p>
          <AddressFields />
          <div class="row">
            <button type="submit" class="button">Add</button>
            <button type="button" class="button plain" id="test">Test</button>
          </div>
          <p class="said" id="said" role="status" />
          <img class="trial" id="trial" alt="First masked picture of the address" hidden />
        </form>
        <section class="card" aria-labelledby="examples-title">
          <h2 id="examples-title">Where cameras keep their streams</h2>
          <p class="hint">
            The camera's app or manual has its address, and often a switch that lets RTSP out.
            Choose one to begin with:
          </p>
          <ul class="examples">
            {EXAMPLES.map(([maker, address]) => (
              <li key={maker}>
                <button type="button" data-address={address}>
                  <b>{maker}</b> <code>{address}</code>
                </button>
              </li>
            ))}
          </ul>
        </section>
      </main>
    </Shell>
  );
}
