import { UsageError } from "../config/errors.ts";
import { oneOf, parseFlags, wholeNumber } from "../config/flags.ts";
import { LOG_FORMATS, LOG_LEVELS } from "../config/log_schema.ts";
import { readConfig } from "../config/load.ts";
import type { Tokens } from "../server/auth.ts";
import { ConfigStore } from "../config/store.ts";
import { type Config, PROVIDERS, TRANSPORTS } from "../config/schema.ts";

/** Everything `serve` was asked for, flags over configuration over defaults. */
export interface ServeOptions {
  store: ConfigStore;
  /** Undefined where none is needed. */
  tokens: Tokens | undefined;
  open: boolean;
}

const FLAGS = {
  config: { type: "string" },
  host: { type: "string" },
  port: { type: "string" },
  provider: { type: "string" },
  profile: { type: "string" },
  "look-ahead": { type: "string" },
  transport: { type: "string" },
  "log-level": { type: "string" },
  "log-format": { type: "string" },
  open: { type: "boolean" },
} as const;

/**
 * Reads the command's flags and configuration.
 *
 * @throws {UsageError} for anything that cannot be used.
 */
export async function serveOptions(
  args: readonly string[],
  env: (name: string) => string | undefined = Deno.env.get,
): Promise<ServeOptions> {
  const { values, words } = parseFlags(args, FLAGS);
  const text = (name: keyof typeof FLAGS) => values[name] as string | undefined;
  const file = text("config");
  const port = number("port", text("port"), 0, 65535);
  const lookAhead = number("look-ahead", text("look-ahead"), 0, 30);
  const provider = oneOf("provider", text("provider"), PROVIDERS);
  const transport = oneOf("transport", text("transport"), TRANSPORTS);
  const level = oneOf("log-level", text("log-level"), LOG_LEVELS);
  const format = oneOf("log-format", text("log-format"), LOG_FORMATS);
  const [host, profile] = [text("host"), text("profile")];
  // A flag is said last and for this run: it goes over what the file says, of one camera too.
  const said = given({ lookAhead, transport });
  const adjust = (config: Config): Config => ({
    ...config,
    server: { ...config.server, ...given({ host, port }) },
    log: { ...config.log, ...given({ level, format }) },
    detector: { ...config.detector, ...given({ provider, profile }) },
    defaults: { ...config.defaults, ...said },
    cameras: Object.fromEntries(
      Object.entries(config.cameras).map(([name, entry]) => [
        name,
        { ...typeof entry === "string" ? { source: entry } : entry, ...said },
      ]),
    ),
  });
  const saved = file === undefined ? {} : { file, text: await readConfig(file) };
  const inFile = Object.keys(new ConfigStore(saved).config.cameras);
  const named = nameSources(words, inFile);
  const memory = inFile.length + words.length > 0 ? named : { demo: "demo" };
  const store = new ConfigStore({ ...saved, memory, adjust });

  const { server } = store.config;
  const admin = server.token ?? env("BOKASHI_TOKEN");
  const view = server.viewToken ?? env("BOKASHI_VIEW_TOKEN");
  checkHost(server.host, admin);
  if (view !== undefined) checkView(view, admin);
  const tokens = admin === undefined ? undefined : { admin, ...given({ view }) };
  return { store, tokens, open: values.open === true };
}

/** The fields that were given. */
function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function number(flag: string, value: string | undefined, min: number, max: number) {
  return value === undefined ? undefined : wholeNumber(flag, value, min, max);
}

/**
 * Gives each source on the command line a name: its own (`NAME=SOURCE`), its file's, or a number.
 *
 * @throws {UsageError} for a name that is taken.
 */
export function nameSources(words: readonly string[], taken: string[]): Record<string, string> {
  const named: Record<string, string> = {};
  const used = new Set(taken);
  for (const word of words) {
    const own = /^([A-Za-z0-9][A-Za-z0-9_-]{0,62})=(.+)$/.exec(word);
    // `video=Camera` is how Windows names a webcam.
    if (own && own[1] !== "video") {
      if (used.has(own[1])) throw new UsageError(`Two cameras are named '${own[1]}'`);
      used.add(own[1]);
      named[own[1]] = own[2];
      continue;
    }
    if (word === "") throw new UsageError("A source is empty: give an address, a file or 'demo'");
    let name = baseName(word);
    for (let i = 2; used.has(name); i++) name = `${baseName(word)}-${i}`;
    used.add(name);
    named[name] = word;
  }
  return named;
}

function baseName(source: string): string {
  // An address may hold secrets anywhere: only a file's or a device's name is shown as it is.
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(source)) return "camera";
  const last = source.split(/[/\\]/).at(-1)!.replace(/\.[a-z0-9]{1,5}$/i, "");
  return last.replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^[-_]+/, "").slice(0, 50) || "camera";
}

function checkView(view: string, admin: string | undefined): void {
  if (view.length < 16) {
    throw new UsageError("The viewToken is too short: use at least 16 characters");
  }
  if (admin === undefined) {
    throw new UsageError(
      "There is a viewToken but no token: set server.token or BOKASHI_TOKEN too",
    );
  }
  if (view === admin) {
    throw new UsageError("The token and the viewToken are the same: choose another");
  }
}

function checkHost(host: string, token: string | undefined): void {
  if (token !== undefined && token.length < 16) {
    throw new UsageError("The token is too short: use at least 16 characters");
  }
  // A whole address: `127.example` is a name that may lead anywhere.
  const isLocal = host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
  if (token !== undefined || isLocal) return;
  throw new UsageError(
    `Refusing to listen on ${host} without a token, as anyone there could watch: set one, for ` +
      `instance with BOKASHI_TOKEN=$(openssl rand -hex 16) in the environment`,
  );
}
