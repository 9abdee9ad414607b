// @ts-check

const API = new URL("../api/", import.meta.url);

/**
 * Asks the API for something.
 *
 * @param {string} method
 * @param {string} path below `/api/`
 * @param {unknown} [body] sent as JSON
 * @returns {Promise<any>} what it answers; null if that is nothing
 * @throws {Error} with what is wrong, in words for people
 */
export async function ask(method, path, body) {
  const response = await fetch(new URL(path, API), {
    method,
    ...(body === undefined ? {} : {
      body: JSON.stringify(body),
      headers: {
        "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
      },
    }),
  });
  const text = await response.text();
  const value = text === "" ? null : JSON.parse(text);
  if (response.ok) return value;
  throw new Error(value?.detail ?? `The service answered ${response.status}.`);
}

/**
 * The path of a camera's part of the API.
 *
 * @param {string} name
 */
export function cameraPath(name) {
  return `cameras/${encodeURIComponent(name)}`;
}
