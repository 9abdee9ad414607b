// @ts-check

/**
 * What the form says of masks, as the API takes it.
 *
 * @param {HTMLFormElement} form
 */
export function maskOf(form) {
  const data = new FormData(form);
  return {
    style: String(data.get("style")),
    margin: Number(data.get("margin")) / 100,
    feather: Number(data.get("feather")),
    color: String(data.get("color")),
    classes: data.getAll("classes").map(String),
  };
}

/** Shows the sliders' values in words, and the colour only where it matters. @param {HTMLFormElement} form */
export function showMask(form) {
  for (const output of form.querySelectorAll("output")) {
    const slider = /** @type {HTMLInputElement} */ (output.parentElement?.querySelector("input"));
    output.textContent = `${slider.value} ${output.dataset.unit}`;
  }
  const color = /** @type {HTMLElement} */ (form.querySelector(".color"));
  color.hidden = maskOf(form).style !== "solid";
}
