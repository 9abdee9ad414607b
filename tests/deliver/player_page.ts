/**
 * A page that plays a stream in the plainest way. `play(...)` resolves with the milliseconds until
 * the first picture was shown; `state()` tells how it goes on.
 */
function page(script: string): Response {
  const html = `<!doctype html><title>player</title>
<video muted autoplay playsinline></video>
<script>
const video = document.querySelector("video");
const firstPicture = (since) =>
  new Promise((resolve) =>
    video.requestVideoFrameCallback(() => resolve(performance.now() - since)));
${script}
</script>`;
  return new Response(html, { headers: { "content-type": "text/html; charset=utf-8" } });
}

/**
 * Plays `whep` by WebRTC; `play(true)` sends the offer only when all candidates are known. An attempt that fails, or shows
 * nothing for long, throws: `leave()`, and play again.
 */
export function whepPage(): Response {
  return page(`
let connection, location_, etag;
async function play(gatherFirst) {
  const since = performance.now();
  connection = new RTCPeerConnection();
  location_ = null;
  const failed = new Promise((_, reject) => {
    connection.addEventListener("connectionstatechange", () =>
      connection.connectionState === "failed" && reject(new Error("the connection failed")));
    setTimeout(() => reject(new Error("no picture: " + states())), 45_000);
  });
  failed.catch(() => {});
  connection.addTransceiver("video", { direction: "recvonly" });
  connection.addTransceiver("audio", { direction: "recvonly" });
  connection.ontrack = ({ track, streams }) => {
    if (track.kind === "video") video.srcObject = streams[0];
  };
  const picture = firstPicture(since);
  await connection.setLocalDescription();
  while (gatherFirst && connection.iceGatheringState !== "complete") {
    await new Promise((resolve) => connection.addEventListener("icegatheringstatechange", resolve));
  }
  const offer = connection.localDescription.sdp;
  const response = await fetch("whep", {
    method: "POST",
    headers: { "content-type": "application/sdp" },
    body: offer,
  });
  if (response.status !== 201) throw new Error(await response.text());
  location_ = response.headers.get("location");
  etag = response.headers.get("etag");
  await connection.setRemoteDescription({ type: "answer", sdp: await response.text() });
  const firstPictureMs = await Promise.race([picture, failed]);
  return { firstPictureMs, candidates: offer.match(/a=candidate.*/g) ?? [] };
}
function states() {
  const { connectionState, iceConnectionState, signalingState } = connection;
  return [connectionState, iceConnectionState, signalingState].join();
}
/** An ICE restart by PATCH, as WHEP players do it. */
async function restart() {
  connection.restartIce();
  await connection.setLocalDescription();
  const wanted = /^a=(?:ice-ufrag|ice-pwd|candidate):.*$/gm;
  const response = await fetch(location_, {
    method: "PATCH",
    headers: { "content-type": "application/trickle-ice-sdpfrag", "if-match": "*" },
    body: connection.localDescription.sdp.match(wanted).join("\\r\\n"),
  });
  if (response.status !== 200) throw new Error(await response.text());
  if (response.headers.get("etag") === etag) throw new Error("the tag is that of before");
  const fragment = await response.text();
  const value = (name) => fragment.match(new RegExp("^a=" + name + ":.*$", "m"))[0].trim();
  const candidates = fragment.match(/^a=candidate:.*$/gm).map((line) => line.trim());
  const sdp = connection.currentRemoteDescription.sdp
    .replace(/^a=candidate:.*\\r\\n/gm, "")
    .replace(/^a=end-of-candidates\\r\\n/gm, "")
    .replace(/^a=ice-ufrag:.*$/gm, value("ice-ufrag"))
    .replace(/^a=ice-pwd:.*$/gm, [value("ice-pwd"), ...candidates].join("\\r\\n"));
  await connection.setRemoteDescription({ type: "answer", sdp });
}
async function state() {
  let video_ = {};
  for (const stats of (await connection.getStats()).values()) {
    if (stats.type === "inbound-rtp" && stats.kind === "video") video_ = stats;
  }
  return {
    framesDecoded: video_.framesDecoded ?? 0,
    framesDropped: video_.framesDropped ?? 0,
    packetsLost: video_.packetsLost ?? 0,
    pliCount: video_.pliCount ?? 0,
    jitterBufferMs: 1000 * video_.jitterBufferDelay / video_.jitterBufferEmittedCount,
    width: video.videoWidth,
    height: video.videoHeight,
    states: states(),
  };
}
async function leave() {
  if (location_) await fetch(location_, { method: "DELETE" });
  connection.close();
}`);
}

/** Plays `hls/index.m3u8` by hls.js. */
export function hlsPage(): Response {
  return page(`
document.head.append(Object.assign(document.createElement("script"), { src: "hls.js" }));
const errors = [];
let hls;
async function play() {
  while (!window.Hls) await new Promise((resolve) => setTimeout(resolve, 10));
  const since = performance.now();
  hls = new Hls();
  hls.on(Hls.Events.ERROR, (_, data) => data.fatal && errors.push(data.details));
  hls.loadSource("hls/index.m3u8");
  hls.attachMedia(video);
  return { firstPictureMs: await firstPicture(since) };
}
function state() {
  const { totalVideoFrames, droppedVideoFrames } = video.getVideoPlaybackQuality();
  return {
    framesDecoded: totalVideoFrames,
    framesDropped: droppedVideoFrames,
    errors,
    played: Array.from(video.played, (_, i) => video.played.end(i) - video.played.start(i))
      .reduce((sum, seconds) => sum + seconds, 0),
    width: video.videoWidth,
    height: video.videoHeight,
  };
}`);
}
