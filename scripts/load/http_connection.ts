/** An answer: its status, and its body where it was asked for. */
export interface Answer {
  status: number;
  /** Bytes of the body. */
  length: number;
  /** The body as text, of ASCII only; empty if only its length was wanted. */
  text: string;
}

const CR = 13, LF = 10;
/** Far quicker than "latin1" in Deno, and the same for heads and playlists. */
const ascii = new TextDecoder();

/**
 * One HTTP/1.1 connection that is kept, for `GET` only, with as little work as can be: bodies are
 * counted in one buffer and thrown away. Knows `Content-Length` alone, not chunks; the service gives a
 * length to all that a viewer loads.
 */
export class HttpConnection {
  readonly #url: URL;
  readonly #headers: string;
  #socket: Deno.TcpConn | null = null;
  readonly #buffer = new Uint8Array(64 * 1024);

  /**
   * @param url of the server; what stands behind its host is left aside
   * @param userAgent what the client calls itself
   */
  constructor(url: string, userAgent: string) {
    this.#url = new URL(url);
    this.#headers = ` HTTP/1.1\r\nHost: ${this.#url.host}\r\nUser-Agent: ${userAgent}\r\n\r\n`;
  }

  /**
   * Loads a file.
   *
   * @param path with its query
   * @param wantsText whether the body is wanted and not only its length
   * @throws if the connection fails; the next call makes another
   */
  async get(path: string, wantsText: boolean): Promise<Answer> {
    try {
      this.#socket ??= await this.#connect();
      await send(this.#socket, `GET ${path}${this.#headers}`);
      return await this.#answer(this.#socket, wantsText);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Closes the connection; a call that waits for an answer fails. */
  close(): void {
    try {
      this.#socket?.close();
    } catch {
      // It was closed already.
    }
    this.#socket = null;
  }

  async #connect(): Promise<Deno.TcpConn> {
    const port = Number(this.#url.port) || 80;
    return await Deno.connect({ hostname: this.#url.hostname, port });
  }

  async #answer(socket: Deno.TcpConn, wantsText: boolean): Promise<Answer> {
    const buffer = this.#buffer;
    let filled = 0, head = -1;
    while (head < 0) {
      filled += await read(socket, buffer.subarray(filled));
      head = endOfHead(buffer.subarray(0, filled));
    }
    const lines = ascii.decode(buffer.subarray(0, head));
    const length = Number(/^content-length: *(\d+)/im.exec(lines)?.[1] ?? NaN);
    if (Number.isNaN(length)) throw new Error("An answer without a length");
    let text = wantsText ? ascii.decode(buffer.subarray(head, filled)) : "";
    for (let got = filled - head; got < length;) {
      const bytes = await read(socket, buffer);
      got += bytes;
      if (wantsText) text += ascii.decode(buffer.subarray(0, bytes));
    }
    return { status: Number(lines.slice(9, 12)), length, text };
  }
}

/** Where the empty line behind an answer's head ends; -1 if it has not come. */
function endOfHead(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(CR); at >= 0; at = bytes.indexOf(CR, at + 1)) {
    if (bytes[at + 1] === LF && bytes[at + 2] === CR && bytes[at + 3] === LF) return at + 4;
  }
  return -1;
}

async function read(socket: Deno.TcpConn, into: Uint8Array): Promise<number> {
  const bytes = await socket.read(into);
  if (bytes === null || bytes === 0) throw new Error("The server closed the connection");
  return bytes;
}

/** Requests are short: one write takes them whole, save where the machine is out of memory. */
async function send(socket: Deno.TcpConn, text: string): Promise<void> {
  let bytes: Uint8Array = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(await socket.write(bytes));
}
