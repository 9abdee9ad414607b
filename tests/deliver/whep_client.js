// An independent WHEP viewer for tests: GStreamer's webrtcbin, run by gjs.
//   gjs whep_client.js PICTURES
// Prints its SDP offer as one line of JSON, reads the answer as one line of JSON, and prints a line
// `WIDTHxHEIGHT` once it has decoded that many pictures.
imports.gi.versions.Gst = "1.0";
imports.gi.versions.GstWebRTC = "1.0";
imports.gi.versions.GstSdp = "1.0";
const { Gio, GLib, Gst, GstSdp, GstWebRTC } = imports.gi;

Gst.init(null);
const wanted = Number(ARGV[0]);
// GStreamer's signals come on threads of its own, on which gjs runs nothing: the link to a pad that
// comes later is made by parse_launch.
const pipeline = Gst.parse_launch(
  "webrtcbin name=webrtc bundle-policy=max-bundle webrtc. ! rtph264depay ! h264parse ! avdec_h264 " +
    "! fakesink name=sink sync=false",
);
const webrtc = pipeline.get_by_name("webrtc");
const sink = pipeline.get_by_name("sink");
pipeline.set_state(Gst.State.PLAYING);
const caps = Gst.Caps.from_string(
  "application/x-rtp,media=video,encoding-name=H264,payload=96,clock-rate=90000,packetization-mode=(string)1",
);
webrtc.emit("add-transceiver", GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY, caps);

const offered = Gst.Promise.new();
webrtc.emit("create-offer", null, offered);
offered.wait();
const offer = offered.get_reply().get_value("offer");
webrtc.emit("set-local-description", offer, null);
print(JSON.stringify(offer.sdp.as_text()));

const stdin = new Gio.UnixInputStream({ fd: 0, close_fd: false });
const [line] = new Gio.DataInputStream({ base_stream: stdin }).read_line_utf8(null);
const [, message] = GstSdp.SDPMessage.new_from_text(JSON.parse(line));
const answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message);
webrtc.emit("set-remote-description", answer, null);

GLib.timeout_add(GLib.PRIORITY_DEFAULT, 20, () => {
  if (sink.stats.get_uint64("rendered")[1] < wanted) return GLib.SOURCE_CONTINUE;
  const size = sink.get_static_pad("sink").get_current_caps().get_structure(0);
  print(`${size.get_int("width")[1]}x${size.get_int("height")[1]}`);
  return GLib.SOURCE_REMOVE;
});
GLib.MainLoop.new(null, false).run();
