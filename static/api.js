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
  const response = await reach(path, {
    method,
    ...(body === undefined ? {} : {
      body: JSON.stringify(body),
      headers: {
        "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
      },
    }),
  });
  const text = await response.text();
  const value = text === "" ? null : parsed(text);
  if (response.ok && value !== undefined) return value;
  throw new Error(value?.detail ?? `The service answered ${response.status}.`);
}

/** @param {string} path @param {RequestInit} request */
async function reach(path, request) {
  try {
    return await fetch(new URL(path, API), request);
  } catch {
    throw new Error("The service does not answer.");
  }
}

/** @param {string} text @returns {any} undefined for what is not JSON, such as a proxy's own page */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The path of a camera's part of the API.
 *
 * @param {string} name
 */
export function cameraPath(name) {
  return `cameras/${encodeURIComponent(name)}`;
}
