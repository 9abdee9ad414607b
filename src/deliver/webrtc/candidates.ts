import { isIP } from "node:net";
import { networkInterfaces } from "node:os";

/**
 * Addresses that werift is to make sockets for, one per IP family. Its sockets are bound to no address,
 * so one serves them all; which ones viewers are told is {@linkcode announce}'s business.
 */
export function socketAddresses(): string[] {
  return ownAddresses().some((address) => isIP(address) === 6)
    ? ["127.0.0.1", "::1"]
    : ["127.0.0.1"];
}

/** Addresses of this machine's network interfaces, without loopback and link-local ones. */
export function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((interfaces) => interfaces ?? [])
    .filter(({ internal, address }) => !internal && !/^(169\.254\.|fe80:)/i.test(address))
    .map(({ address }) => address);
}

/**
 * Adds ICE candidates for more addresses at which a description's loopback sockets are reached.
 *
 * @param description SDP or an SDP fragment
 * @param addresses IPv4 or IPv6 addresses; each takes the port of the socket of its family
 */
export function announce(description: string, addresses: readonly string[]): string {
  return description.replace(
    /^a=candidate:(\S+) 1 udp (\d+) (127\.0\.0\.1|::1) (\d+) typ host(.*)$/gim,
    (line, foundation: string, priority: string, host: string, port: string, rest: string) => {
      const family = isIP(host);
      const more = addresses.filter((address) => isIP(address) === family)
        // The priority tells them apart by its middle bits, the local preference (RFC 8445, 5.1.2.1).
        .map((address, i) =>
          `a=candidate:${foundation}${i} 1 udp ${
            Number(priority) - (i + 1) * 256
          } ${address} ${port} typ host${rest}`
        );
      return [line, ...more].join("\r\n");
    },
  ).replace(/\r\r\n/g, "\r\n");
}
