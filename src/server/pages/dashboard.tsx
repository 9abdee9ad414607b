import type { CameraStatus } from "../../pipeline/status.ts";
import { Layout } from "./layout.tsx";
import { Mark } from "./mark.tsx";

/** The page of all cameras. */
export function Dashboard(props: { statuses: CameraStatus[]; version: string }) {
  return (
    <Layout title="Bokashi" styles={["dashboard.css"]} modules={["dashboard.js"]}>
      <header>
        <Mark /> Bokashi {props.version}
      </header>
      <main>{props.statuses.map((status) => <h2 key={status.name}>{status.name}</h2>)}</main>
    </Layout>
  );
}
