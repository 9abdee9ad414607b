import { TRANSPORTS } from "../../config/schema.ts";
import type { SettingsView } from "../settings_view.ts";

/** Where a camera is, as fields of a form. */
export function AddressFields({ settings }: { settings?: SettingsView }) {
  return (
    <>
      <label class="field">
        Address
        <input
          name="source"
          required
          autocomplete="off"
          spellcheck={false}
          value={settings?.source}
          placeholder="rtsp://user:password@192.168.1.20/stream1"
          aria-describedby="source-hint"
        />
      </label>
      <p class="hint" id="source-hint">
        {settings?.source.includes("***")
          ? "What is hidden by *** is kept as long as the address stays as it is; a new address must be whole."
          : "RTSP, RTMP, SRT, HLS or Motion JPEG; a webcam such as /dev/video0; a file; or demo."}
      </p>
      <fieldset class="choices">
        <legend>RTSP over</legend>
        {TRANSPORTS.map((transport) => (
          <label>
            <input
              type="radio"
              name="transport"
              value={transport}
              checked={transport === (settings?.transport ?? "tcp")}
            />{" "}
            {transport.toUpperCase()}
          </label>
        ))}
      </fieldset>
    </>
  );
}
