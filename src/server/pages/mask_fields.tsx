import { MASK_CLASSES, MASK_STYLES } from "../../config/mask_schema.ts";
import type { SettingsView } from "../settings_view.ts";

const STYLE_WORDS = { mosaic: "Mosaic", blur: "Blur", solid: "Solid colour" };
const CLASS_WORDS = { plate: "Plates", car: "Whole cars" };

/** How a camera's masks look and when, as fields of a form. */
export function MaskFields({ settings: { mask, lookAhead } }: { settings: SettingsView }) {
  return (
    <form class="card form" id="mask" aria-labelledby="mask-title">
      <h2 id="mask-title">Masks</h2>
      <fieldset class="choices">
        <legend>Style</legend>
        {MASK_STYLES.map((style) => (
          <label>
            <input type="radio" name="style" value={style} checked={style === mask.style} />{" "}
            {STYLE_WORDS[style]}
          </label>
        ))}
      </fieldset>
      <label class="field color" hidden={mask.style !== "solid"}>
        Colour <input type="color" name="color" value={mask.color} />
      </label>
      <fieldset class="choices">
        <legend>Hide</legend>
        {MASK_CLASSES.map((each) => (
          <label>
            <input
              type="checkbox"
              name="classes"
              value={each}
              checked={mask.classes.includes(each)}
            />{" "}
            {CLASS_WORDS[each]}
          </label>
        ))}
      </fieldset>
      <Range
        name="margin"
        label="Margin"
        unit="%"
        max={100}
        value={Math.round(100 * mask.margin)}
        hint="How far a mask reaches past its plate on each side, in its width"
      />
      <Range
        name="feather"
        label="Feather"
        unit="px"
        max={64}
        value={mask.feather}
        hint="How far a mask fades into the picture"
      />
      <Range
        name="lookAhead"
        label="Look-ahead"
        unit="frames"
        max={30}
        value={lookAhead}
        hint="Delays the picture, so that a plate found late is hidden before as well. A change opens the camera anew."
      />
    </form>
  );
}

function Range(
  { name, label, unit, max, value, hint }: {
    name: string;
    label: string;
    unit: string;
    max: number;
    value: number;
    hint: string;
  },
) {
  return (
    <div class="field range">
      <label for={name}>{label}</label>
      <output id={`${name}-shown`} for={name} data-unit={unit}>{value} {unit}</output>
      <input
        type="range"
        id={name}
        name={name}
        min={0}
        max={max}
        value={value}
        aria-describedby={`${name}-hint`}
      />
      <p class="hint" id={`${name}-hint`}>{hint}</p>
    </div>
  );
}
