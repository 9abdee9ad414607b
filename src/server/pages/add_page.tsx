import { AddressFields } from "./address_fields.tsx";
import { Shell } from "./shell.tsx";

/** The page on which a camera is added. */
export function AddPage({ version }: { version: string }) {
  return (
    <Shell
      title="Add a camera · Bokashi"
      place="add"
      version={version}
      styles={["forms.css"]}
      modules={["add.js"]}
      skip={{ to: "form", label: "To the form" }}
    >
      <main class="one add" id="form" tabindex={-1}>
        <h1 class="place-title">Add a camera</h1>
        <form class="card form" id="add">
          <label class="field">
            Name
            <input
              name="name"
              required
              autocomplete="off"
              maxlength={63}
              pattern="[A-Za-z0-9][A-Za-z0-9_\-]*"
              aria-describedby="name-hint"
            />
          </label>
          <p class="hint" id="name-hint">
            It stands in the addresses of the streams: letters, digits, - and _.
          </p>
          <AddressFields />
          <div class="row">
            <button type="submit" class="button">Add</button>
            <button type="button" class="button plain" id="test">Test</button>
          </div>
          <p class="said" id="said" role="status" />
          <img class="trial" id="trial" alt="First masked picture of the address" hidden />
        </form>
      </main>
    </Shell>
  );
}
