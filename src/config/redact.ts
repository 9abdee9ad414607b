// Up to the last '@' of the word: a password that nobody encoded may hold any sign. What stands
// before an '@' in a path is lost with it, which is the better mistake.
const URL_WITH_USER = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s"]*@/gi;
// Also `access_token=` and the `/user=admin_password=…` of cameras that keep them in the path.
const SECRET_QUERY =
  /([?&;\/][\w.-]*?(?:pass(?:word|wd|phrase)?|pwd|pas|token|key|secret|auth|user(?:name)?|usr|sig(?:nature)?|streamid)=)[^&\s'"]*/gi;

// Whoever knows it may send to the server in one's name.
const STREAM_KEY = /\b(rtmps?:\/\/[^\s\/"]+\/[^\s\/"]+\/)[^\s"']+/gi;

/**
 * Removes user names, passwords, secret query values and RTMP's stream keys from any text that holds URLs.
 *
 * @example
 * ```ts
 * redact("rtsp://admin:hunter2@10.0.0.7/live"); // "rtsp://***@10.0.0.7/live"
 * ```
 */
export function redact(text: string): string {
  return text.replace(URL_WITH_USER, "$1***@").replace(STREAM_KEY, "$1***").replace(
    SECRET_QUERY,
    "$1***",
  );
}

/**
 * A redactor that, besides URLs, removes one address's own secrets wherever they stand alone:
 * ffmpeg repeats a password in messages that hold no URL.
 *
 * @param address The address whose user name, password and query secrets must not be shown.
 */
export function redactorFor(address: string): (text: string) => string {
  const secrets = new Set<string>();
  const add = (value: string) => {
    // Shorter strings would blank out ordinary words.
    if (value.length >= 3) secrets.add(value);
  };
  const userInfo = /^[a-z][a-z0-9+.-]*:\/\/(.*)@/i.exec(address)?.[1];
  if (userInfo !== undefined) {
    const password = userInfo.slice(userInfo.indexOf(":") + 1);
    for (const form of forms(password)) add(form);
    add(userInfo);
  }
  for (const match of address.matchAll(STREAM_KEY)) add(match[0].slice(match[1].length));
  for (const match of address.matchAll(SECRET_QUERY)) {
    for (const form of forms(match[0].slice(match[1].length))) add(form);
  }
  const longestFirst = [...secrets].sort((a, b) => b.length - a.length);
  return (text) => {
    let out = redact(text);
    for (const secret of longestFirst) out = out.replaceAll(secret, "***");
    return out;
  };
}

function forms(value: string): string[] {
  try {
    return [value, decodeURIComponent(value)];
  } catch {
    return [value];
  }
}
