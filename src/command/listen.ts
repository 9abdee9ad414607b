import { UsageError } from "../config/errors.ts";
import type { Config } from "../config/schema.ts";

/** Where a service listens. */
export interface Listener {
  server: Deno.HttpServer<Deno.NetAddr>;
  /** The dashboard's address. */
  url: string;
}

/**
 * Listens as the configuration says, with HTTPS where it names a certificate.
 *
 * @throws {UsageError} if the port is taken or the certificate cannot be used.
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
    const name = host.includes(":") ? `[${host}]` : host;
    const scheme = tls ? "https" : "http";
    return { server, url: `${scheme}://${name}:${server.addr.port}${basePath}/` };
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new UsageError(
        `Cannot listen on ${host}:${port}: the port is in use; give another with --port, or 0 for a free one`,
        { cause: error },
      );
    }
    if (!certificate) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`Cannot use the certificate of server.tls: ${why}`, { cause: error });
  }
}

async function pem(key: string, file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound ? "no such file" : String(error);
    throw new UsageError(`Cannot read '${file}' of server.tls.${key}: ${why}`, { cause: error });
  }
}
