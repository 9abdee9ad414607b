import { fileTrouble, UsageError } from "../config/errors.ts";
import type { Config } from "../config/schema.ts";

/** Where a service listens. */
export interface Listener {
  server: Deno.HttpServer<Deno.NetAddr>;
  /** The dashboard's address, for who is at this machine. */
  url: string;
  /** Its addresses for others, where the service listens on all of the machine's. */
  elsewhere: string[];
}

/** Hosts that stand for all addresses of the machine, and its own name for itself. */
const EVERYWHERE: Record<string, string | undefined> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/**
 * Listens as the configuration says, with HTTPS where it names a certificate.
 *
 * @throws {UsageError} if the address or the port cannot be used, or the certificate.
 */
export async function listen(
  { host, port, tls, basePath = "" }: Config["server"],
  handler: Deno.ServeHandler<Deno.NetAddr>,
): Promise<Listener> {
  const certificate = tls && { cert: await pem("cert", tls.cert), key: await pem("key", tls.key) };
  try {
    const server = Deno.serve(
      { hostname: host, port, onListen: () => {}, ...certificate },
      handler,
    );
    const at = (address: string) => {
      const name = address.includes(":") ? `[${address}]` : address;
      return `${tls ? "https" : "http"}://${name}:${server.addr.port}${basePath}/`;
    };
    const own = EVERYWHERE[host];
    if (own === undefined) return { server, url: at(host), elsewhere: [] };
    const others = Deno.networkInterfaces()
      .filter(({ family, address }) => family === "IPv4" && !address.startsWith("127."))
      .map(({ address }) => at(address));
    return { server, url: at(own), elsewhere: others };
  } catch (error) {
    const why = addressTrouble(error) ?? (certificate ? null : fileTrouble(error));
    throw new UsageError(
      why === null
        ? `Cannot use the certificate of server.tls: ${fileTrouble(error)}`
        : `Cannot listen on ${host}:${port}: ${why}`,
      { cause: error },
    );
  }
}

/** What is wrong with an address, and the cure; null if it is something else. */
function addressTrouble(error: unknown): string | null {
  const { AddrInUse, AddrNotAvailable, PermissionDenied } = Deno.errors;
  if (error instanceof AddrInUse) {
    return "the port is in use; give another with --port, or 0 for a free one";
  }
  if (error instanceof AddrNotAvailable) {
    return "this machine has no such address; give one of its own with --host, or 0.0.0.0 for all of them";
  }
  if (error instanceof PermissionDenied) {
    return "this user may not; give a port from 1024 up with --port";
  }
  const message = error instanceof Error ? error.message : "";
  return /lookup address/.test(message) ? "there is no host of that name" : null;
}

async function pem(key: string, file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    throw new UsageError(`Cannot read '${file}' of server.tls.${key}: ${fileTrouble(error)}`, {
      cause: error,
    });
  }
}
