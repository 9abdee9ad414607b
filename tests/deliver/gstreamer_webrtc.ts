const ELEMENTS = ["webrtcbin", "nicesrc", "avdec_h264"];

/** True if GStreamer's WebRTC is there; else prints why its test is skipped. */
export async function gstreamerIsInstalled(): Promise<boolean> {
  try {
    for (const element of ELEMENTS) {
      const inspect = new Deno.Command("gst-inspect-1.0", { args: [element], stdout: "null" });
      if (!(await inspect.output()).success) throw new Error(element);
    }
    const typelib = new Deno.Command("gjs", { args: ["-c", "imports.gi.GstWebRTC"] });
    if ((await typelib.output()).success) return true;
  } catch {
    // Said below.
  }
  console.log(
    "skipped: WebRTC with GStreamer needs gjs and the Debian packages gir1.2-gst-plugins-bad-1.0, " +
      "gstreamer1.0-tools, -plugins-bad, -nice and -libav",
  );
  return false;
}

/** Lines of a process's output, one at a time. */
export async function* linesOf(stdout: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let text = "";
  for await (const chunk of stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const lines = text.split("\n");
    text = lines.pop()!;
    yield* lines;
  }
}
