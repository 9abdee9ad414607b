/** A source that cannot be opened or has failed. The message is a reason in words. */
export class SourceError extends Error {
  override readonly name = "SourceError";
}

const REASONS: [RegExp, string][] = [
  [/401 Unauthorized|authorization failed/i, "wrong user name or password (401)"],
  [/403 Forbidden/i, "the camera forbids it (403): check the user's rights"],
  [/404 Not Found|Stream not found/i, "the camera has no stream at that path (404)"],
  [/Connection refused/i, "connection refused: check the address and port"],
  [/No route to host|Network is unreachable/i, "no route to the host: check the network"],
  [/Name or service not known|Failed to resolve|No address associated/i, "host name not found"],
  [/timed out|Operation timeout/i, "no answer: connection timed out"],
  [/No such file or directory/i, "no such file or device"],
  [/Permission denied/i, "permission denied: check who may read it"],
  [/Is a directory/i, "it is a folder, not a video"],
  [/Device or resource busy/i, "the device is in use by another program"],
  [/Protocol .* not on whitelist/i, "it refers to a protocol that is not allowed for it"],
  [/moov atom not found/i, "the video file is cut short (its index is missing)"],
  [
    /Invalid data found|could not find codec|Unsupported codec/i,
    "it is not a video ffmpeg can read",
  ],
  [/End of file/i, "the camera closed the connection"],
  [/Connection reset|Broken pipe/i, "the camera broke the connection"],
];

/**
 * A reason as it may be shown: without what belongs to the source's address, save for one that is all our own
 * words. Somebody's password may be one of them, and would be told by being missing there.
 *
 * @param redact takes the address's secrets away
 */
export function shownReason(reason: string, redact: (text: string) => string): string {
  return REASONS.some(([, own]) => own === reason) ? reason : redact(reason);
}

/** Why ffmpeg failed, in words, from its error output; the last line where nothing is known. */
export function explainFailure(lines: readonly string[]): string {
  for (const [pattern, reason] of REASONS) {
    if (lines.some((line) => pattern.test(line))) return reason;
  }
  return lines.at(-1)?.trim() || "ffmpeg ended without a word";
}
