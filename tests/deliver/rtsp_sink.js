// An RTSP server that takes a stream (RECORD), for tests: GStreamer's, run by gjs.
//   gjs rtsp_sink.js PORT USER PASSWORD
// Prints "ready", and "received" once pictures have come to rtsp://USER:PASSWORD@127.0.0.1:PORT/live.
imports.gi.versions.Gst = "1.0";
imports.gi.versions.GstRtspServer = "1.0";
imports.gi.versions.GstRtsp = "1.0";
const { GLib, Gst, GstRtsp, GstRtspServer } = imports.gi;

Gst.init(null);
const [port, user, password] = ARGV;
const file = `${GLib.get_tmp_dir()}/bokashi-rtsp-sink-${port}`;
const server = new GstRtspServer.RTSPServer({ service: port });
server.set_address("127.0.0.1");
const factory = new GstRtspServer.RTSPMediaFactory();
factory.set_launch(
  `( rtph264depay name=depay0 ! h264parse ! video/x-h264,alignment=au ! filesink location="${file}" )`,
);
factory.set_transport_mode(GstRtspServer.RTSPTransportMode.RECORD);
factory.set_latency(0);
const auth = new GstRtspServer.RTSPAuth();
const token = new GstRtspServer.RTSPToken();
token.set_string("media.factory.role", "sender");
auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token);
auth.set_supported_methods(GstRtsp.RTSPAuthMethod.BASIC);
server.set_auth(auth);
const permissions = new GstRtspServer.RTSPPermissions();
permissions.add_permission_for_role("sender", "media.factory.access", true);
permissions.add_permission_for_role("sender", "media.factory.construct", true);
factory.set_permissions(permissions);
server.get_mount_points().add_factory("/live", factory);
server.attach(null);
print("ready");
GLib.timeout_add(GLib.PRIORITY_DEFAULT, 50, () => {
  const [, size] = GLib.file_test(file, GLib.FileTest.EXISTS)
    ? GLib.file_get_contents(file)
    : [0, ""];
  if (size.length < 2000) return GLib.SOURCE_CONTINUE;
  print("received");
  GLib.unlink(file);
  return GLib.SOURCE_REMOVE;
});
GLib.MainLoop.new(null, false).run();
