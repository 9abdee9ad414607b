import { isIP } from "node:net";

/** What a viewer says in a `application/trickle-ice-sdpfrag` body (RFC 8840, RFC 9725 section 4.3). */
export interface SdpFragment {
  /** ICE user name fragment; null if the fragment has none. */
  readonly ufrag: string | null;
  /** ICE password; null if the fragment has none. */
  readonly password: string | null;
  /** Candidates without the leading `a=candidate:`; only those with an IP address. */
  readonly candidates: readonly string[];
  readonly endOfCandidates: boolean;
}

/** More candidates than any browser has would only have us send checks to strangers. */
const MAX_CANDIDATES = 32;

/**
 * Parses an SDP fragment.
 *
 * @returns null if it is none
 */
export function parseFragment(text: string): SdpFragment | null {
  const lines = text.split(/\r?\n/).filter((line) => line !== "");
  if (lines.length === 0 || lines.some((line) => !/^[a-z]=/.test(line))) return null;
  const value = (name: string) =>
    lines.find((line) => line.startsWith(`a=${name}:`))?.slice(name.length + 3).trim() || null;
  return {
    ufrag: value("ice-ufrag"),
    password: value("ice-pwd"),
    candidates: lines.filter((line) => line.startsWith("a=candidate:"))
      .map((line) => line.slice("a=candidate:".length))
      // Names are left out for the same reason as in offers.
      .filter((candidate) => isIP(candidate.split(" ")[4] ?? "") !== 0)
      .slice(0, MAX_CANDIDATES),
    endOfCandidates: lines.includes("a=end-of-candidates"),
  };
}

/** The fragment that answers an ICE restart. */
export function formatFragment(
  mid: string,
  ufrag: string,
  password: string,
  candidates: readonly string[],
): string {
  return [
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${password}`,
    "m=video 9 UDP/TLS/RTP/SAVPF 0",
    `a=mid:${mid}`,
    ...candidates.map((candidate) => `a=candidate:${candidate}`),
    "a=end-of-candidates",
    "",
  ].join("\r\n");
}
