// An independent WHIP server's media side for tests: GStreamer's webrtcbin, run by gjs.
//   gjs whip_server.js PICTURES
// Prints "ready", reads an SDP offer as one line of JSON, prints its answer as one line of JSON, and prints a line
// `WIDTHxHEIGHT` once it has decoded that many pictures.
imports.gi.versions.Gst = "1.0";
imports.gi.versions.GstWebRTC = "1.0";
imports.gi.versions.GstSdp = "1.0";
const { Gio, GLib, Gst, GstSdp, GstWebRTC } = imports.gi;

Gst.init(null);
const wanted = Number(ARGV[0]);
// Signals come on threads of GStreamer's own, on which gjs runs nothing: see whep_client.js.
const pipeline = Gst.parse_launch(
  "webrtcbin name=webrtc bundle-policy=max-bundle webrtc. ! rtph264depay ! h264parse ! avdec_h264 " +
    "! fakesink name=sink sync=false",
);
const webrtc = pipeline.get_by_name("webrtc");
const sink = pipeline.get_by_name("sink");
pipeline.set_state(Gst.State.PLAYING);
print("ready");

const stdin = new Gio.UnixInputStream({ fd: 0, close_fd: false });
const [line] = new Gio.DataInputStream({ base_stream: stdin }).read_line_utf8(null);
const [, message] = GstSdp.SDPMessage.new_from_text(JSON.parse(line));
const offer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.OFFER, message);
const taken = Gst.Promise.new();
webrtc.emit("set-remote-description", offer, taken);
taken.wait();
const answered = Gst.Promise.new();
webrtc.emit("create-answer", null, answered);
answered.wait();
const answer = answered.get_reply().get_value("answer");
const set = Gst.Promise.new();
webrtc.emit("set-local-description", answer, set);
set.wait();

let told = false;
GLib.timeout_add(GLib.PRIORITY_DEFAULT, 20, () => {
  if (!told) {
    if (webrtc.ice_gathering_state !== GstWebRTC.WebRTCICEGatheringState.COMPLETE) {
      return GLib.SOURCE_CONTINUE;
    }
    told = true;
    print(JSON.stringify(webrtc.local_description.sdp.as_text()));
  }
  if (sink.stats.get_uint64("rendered")[1] < wanted) return GLib.SOURCE_CONTINUE;
  const size = sink.get_static_pad("sink").get_current_caps().get_structure(0);
  print(`${size.get_int("width")[1]}x${size.get_int("height")[1]}`);
  return GLib.SOURCE_REMOVE;
});
GLib.MainLoop.new(null, false).run();
