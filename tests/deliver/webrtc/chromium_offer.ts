/**
 * The parts that matter of an offer as Chromium makes it, for audio and video to receive, with one
 * candidate hidden behind an mDNS name.
 */
export const CHROMIUM_OFFER = `v=0
o=- 1332657347502169271 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=extmap-allow-mixed
a=msid-semantic: WMS
m=audio 9 UDP/TLS/RTP/SAVPF 111 0
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:FvlV
a=ice-pwd:dmYSI/whAMqxAylA2Dc5TVk8
a=ice-options:trickle
a=fingerprint:sha-256 94:F0:C3:09:1B:65:E9:FD:69:CD:06:C6:7E:0B:39:87:3A:56:90:88:A8:D7:2A:C4:43:97:BE:2F:52:66:4E:CB
a=setup:actpass
a=mid:0
a=recvonly
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:0 PCMU/8000
m=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103 104 107 108 109 114 115 116 117
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:1467250027 1 udp 2122260223 4f2a91b0-6f0f-4d0e-93b4-8a4ac7a7cf7d.local 46154 typ host generation 0 network-id 1
a=candidate:1467250028 1 udp 2122260223 127.0.0.1 9 typ host generation 0 network-id 2
a=ice-ufrag:FvlV
a=ice-pwd:dmYSI/whAMqxAylA2Dc5TVk8
a=ice-options:trickle
a=fingerprint:sha-256 94:F0:C3:09:1B:65:E9:FD:69:CD:06:C6:7E:0B:39:87:3A:56:90:88:A8:D7:2A:C4:43:97:BE:2F:52:66:4E:CB
a=setup:actpass
a=mid:1
a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid
a=recvonly
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=rtpmap:102 H264/90000
a=rtcp-fb:102 nack
a=rtcp-fb:102 nack pli
a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f
a=rtpmap:103 rtx/90000
a=fmtp:103 apt=102
a=rtpmap:104 H264/90000
a=rtcp-fb:104 nack
a=rtcp-fb:104 nack pli
a=fmtp:104 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42001f
a=rtpmap:107 rtx/90000
a=fmtp:107 apt=104
a=rtpmap:108 H264/90000
a=rtcp-fb:108 nack
a=rtcp-fb:108 nack pli
a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
a=rtpmap:109 rtx/90000
a=fmtp:109 apt=108
a=rtpmap:114 H264/90000
a=rtcp-fb:114 nack
a=rtcp-fb:114 nack pli
a=fmtp:114 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f
a=rtpmap:115 rtx/90000
a=fmtp:115 apt=114
a=rtpmap:116 H264/90000
a=rtcp-fb:116 nack
a=rtcp-fb:116 nack pli
a=fmtp:116 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d001f
a=rtpmap:117 rtx/90000
a=fmtp:117 apt=116
`.replaceAll("\n", "\r\n");
