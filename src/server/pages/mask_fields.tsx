import { MASK_CLASSES, MASK_STYLES } from "../../config/mask_schema.ts";
import type { SettingsView } from "../settings_view.ts";

/** How a camera's masks look and when, as fields of a form. */
export function MaskFields({ settings: { mask, lookAhead } }: { settings: SettingsView }) {
  return (
    <form class="card form" id="mask" aria-labelledby="mask-title">
      <h2 id="mask-title">Masks</h2>
      <fieldset class="choices">
        <legend>Style</legend>
        {MASK_STYLES.map((style) => (
          <label>
            <input type="radio" name="style" value={style} checked={style === mask.style} /> {style}
          </label>
        ))}
      </fieldset>
      <label class="field color" hidden={mask.style !== "solid"}>
        Colour <input type="color" name="color" value={mask.color} />
      </label>
      <fieldset class="choices">
        <legend>Of</legend>
        {MASK_CLASSES.map((each) => (
          <label>
            <input
              type="checkbox"
              name="classes"
              value={each}
              checked={mask.classes.includes(each)}
            />{" "}
            {each}s
          </label>
        ))}
      </fieldset>
      <Range
        name="margin"
        label="Margin"
        unit="%"
        max={100}
        value={Math.round(100 * mask.margin)}
        hint="Share of a plate's width by which its mask reaches past it on each side"
      />
      <Range
        name="feather"
        label="Feather"
        unit="px"
        max={64}
        value={mask.feather}
        hint="Pixels over which a mask fades into the picture"
      />
      <Range
        name="lookAhead"
        label="Look-ahead"
        unit="frames"
        max={30}
        value={lookAhead}
        hint="Delay of the picture, so that a plate found late is hidden before as well; a change opens the camera anew"
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
    <label class="field range" title={hint}>
      <span>{label}</span>
      <output id={`${name}-shown`} data-unit={unit}>{value} {unit}</output>
      <input type="range" name={name} min={0} max={max} value={value} />
    </label>
  );
}
