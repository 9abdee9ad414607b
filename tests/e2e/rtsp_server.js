// A real RTSP camera for tests: GStreamer's RTSP server, run by gjs.
//   gjs rtsp_server.js PORT FILE [USER PASSWORD]
// Plays FILE (H.264 in MP4) at rtsp://127.0.0.1:PORT/live and prints "ready".
imports.gi.versions.Gst = "1.0";
imports.gi.versions.GstRtspServer = "1.0";
imports.gi.versions.GstRtsp = "1.0";
const { GLib, Gst, GstRtsp, GstRtspServer } = imports.gi;

Gst.init(null);
const [port, file, user, password] = ARGV;
const server = new GstRtspServer.RTSPServer({ service: port });
server.set_address("127.0.0.1");
const factory = new GstRtspServer.RTSPMediaFactory();
factory.set_launch(
  `( filesrc location="${file}" ! qtdemux ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=1 )`,
);
factory.set_shared(true);
if (user) {
  const auth = new GstRtspServer.RTSPAuth();
  const token = new GstRtspServer.RTSPToken();
  token.set_string("media.factory.role", "viewer");
  auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token);
  auth.set_supported_methods(GstRtsp.RTSPAuthMethod.BASIC);
  server.set_auth(auth);
  const permissions = new GstRtspServer.RTSPPermissions();
  permissions.add_permission_for_role("viewer", "media.factory.access", true);
  permissions.add_permission_for_role("viewer", "media.factory.construct", true);
  factory.set_permissions(permissions);
}
server.get_mount_points().add_factory("/live", factory);
server.attach(null);
print("ready");
GLib.MainLoop.new(null, false).run();
